import { afterEach, describe, expect, test } from "vitest";
import { learnServerTime, serverNow } from "../src/shared/api/clock";
import { clock, distance, end, left, moment, seconds, span, until } from "../src/shared/words/time";
import { NOW } from "./help";

const plus = (millis: number) => new Date(NOW + millis).toISOString();
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

describe("times as people say them", () => {
	test("a time near by is told as distance and as clock time", () => {
		expect(moment(plus(12 * minute), NOW, "de")).toBe("in 12 Minuten (14:32)");
		expect(moment(plus(12 * minute), NOW, "en")).toBe("in 12 minutes (14:32)");
		expect(moment(plus(-3 * minute), NOW, "de")).toBe("vor 3 Minuten (14:17)");
	});

	test("a time more than a day away is told with its date", () => {
		expect(moment(plus(-26 * 60 * minute), NOW, "de")).toBe("21. Nov. 2026, 12:20");
	});

	test("below a minute there are words, never zero minutes", () => {
		expect(distance(plus(-20_000), NOW, "de")).toBe("gerade eben");
		expect(distance(plus(20_000), NOW, "en")).toBe("in less than a minute");
	});

	test("what is left is rounded up, what has passed is rounded down", () => {
		expect(distance(plus(59.2 * minute), NOW, "en")).toBe("in 60 minutes");
		expect(distance(plus(-3.9 * minute), NOW, "en")).toBe("3 minutes ago");
	});

	test("the clock is the reader's own zone", () => {
		expect(clock("2026-11-22T13:20:00Z", "de")).toBe("14:20");
	});

	test("time left counts seconds in the last two minutes and never goes below zero", () => {
		expect(left(plus(41 * minute), NOW, "de")).toBe("41 Min.");
		expect(left(plus(69_000), NOW, "en")).toBe("1:09");
		expect(left(plus(-5000), NOW, "en")).toBe("0:00");
	});

	test("what is far away is left in hours or days, and ends with its date", () => {
		expect(left(plus(7.5 * hour), NOW, "de")).toBe("7 Std.");
		expect(left(plus(29.9 * day), NOW, "en")).toBe("29 days");
		expect(end(plus(30 * minute), NOW, "de")).toBe("14:50");
		expect(end(plus(13 * hour), NOW, "de")).toBe("23. Nov. 2026, 03:20");
	});

	test("a measured cut is told in seconds with as many digits as it needs", () => {
		expect(seconds(200, "de")).toBe("0,2 s");
		expect(seconds(200, "en")).toBe("0.2 s");
		expect(seconds(43, "en")).toBe("0.04 s");
		expect(seconds(10, "en")).toBe("0.01 s");
	});

	test("a cut too short to say exactly is not told more exactly than it was measured", () => {
		expect(seconds(9, "de")).toBe("weniger als 0,01 s");
		expect(seconds(0, "en")).toBe("less than 0.01 s");
	});

	test("spans are told in minutes, short ones in seconds", () => {
		expect(span(plus(0), plus(40_000), "en")).toBe("40 s");
		expect(span(plus(0), plus(11 * minute), "de")).toBe("11 Min.");
		expect(span(plus(0), plus(5 * 60 * minute), "de")).toBe("5 Std.");
		expect(span(plus(0), plus(14 * 1440 * minute), "en")).toBe("14 days");
	});

	test("U9: the later end of a span names its day when it is another one", () => {
		expect(until("2026-11-22T13:20:00Z", "2026-11-22T14:20:00Z", "de")).toBe("15:20");
		expect(until("2026-11-22T13:20:00Z", "2026-12-05T14:20:00Z", "en")).toBe("5 Dec 2026, 15:20");
	});
});

describe("the server's clock", () => {
	afterEach(() => learnServerTime(new Date().toUTCString()));

	test("a device whose clock is wrong still counts by the server's", () => {
		const ahead = new Date(Date.now() + 10 * minute).toUTCString();
		learnServerTime(ahead);
		expect(Math.abs(serverNow() - Date.now() - 10 * minute)).toBeLessThan(2000);
	});

	test("a header that is no date changes nothing", () => {
		learnServerTime("soon");
		expect(Math.abs(serverNow() - Date.now())).toBeLessThan(50);
	});
});

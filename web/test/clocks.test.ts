import { describe, expect, test } from "vitest";
import { clockLines, size, waited, when } from "../src/shared/ticket/clocks";
import { ticketWords } from "../src/shared/ticket/words";

const NOW = Date.parse("2026-11-22T13:20:00Z");
const DAY = 24 * 3_600_000;
const inDays = (days: number) => new Date(NOW + days * DAY).toISOString();
const de = (ticket: Parameters<typeof clockLines>[0]) =>
	clockLines(ticket, NOW, "de", ticketWords.de);

describe("a request's clocks", () => {
	test("rule B14: waiting for the customer, it says when it closes by itself", () => {
		const lines = de({ state: "waiting", closes_at: inDays(3), locks_at: inDays(20) });
		expect(lines).toEqual([
			"Schließt von selbst in 3 Tagen (25. Nov. 2026, 14:20), wenn keine Antwort kommt.",
		]);
	});

	test("rule B15: a lock within a week is told, one that is far away is not", () => {
		const soon = de({ state: "open", locks_at: inDays(2) });
		expect(soon).toEqual([
			"Wird übermorgen (24. Nov. 2026, 14:20) gesperrt. Danach kann niemand mehr schreiben.",
		]);
		expect(de({ state: "open", locks_at: inDays(20) })).toEqual([]);
	});

	test("rule B16: a locked one says since when, and nothing else", () => {
		const lines = de({ state: "locked", closes_at: inDays(-9), locks_at: inDays(-2) });
		expect(lines).toEqual(["Gesperrt seit 20. Nov. 2026, 14:20. Nur noch zum Lesen."]);
	});

	test("a closing after the lock is not told: the lock comes first", () => {
		const lines = de({ state: "waiting", closes_at: inDays(6), locks_at: inDays(4) });
		expect(lines).toHaveLength(1);
		expect(lines[0]).toContain("gesperrt");
	});

	test("English says the same", () => {
		const ticket = { state: "waiting", closes_at: inDays(3), locks_at: inDays(20) };
		expect(clockLines(ticket, NOW, "en", ticketWords.en)).toEqual([
			"Closes by itself in 3 days (25 Nov 2026, 14:20) unless somebody answers.",
		]);
	});

	test("within half a day the time is enough", () => {
		expect(when(new Date(NOW + 3 * 3_600_000).toISOString(), NOW, "de")).toBe(
			"in 3 Stunden (17:20)",
		);
	});

	test("waiting is said short and never more than it was", () => {
		const ago = (minutes: number) => new Date(NOW - minutes * 60_000).toISOString();
		expect(waited(ago(59), NOW, "de")).toBe("59 Min.");
		expect(waited(ago(179), NOW, "de")).toBe("2 Std.");
		expect(waited(ago(47 * 60), NOW, "en")).toBe("47 h");
		expect(waited(ago(71 * 60), NOW, "en")).toBe("2 days");
		expect(waited(ago(-5), NOW, "en")).toBe("0 min");
	});

	test("sizes", () => {
		expect(size(512, "de")).toBe("512 B");
		expect(size(3.4 * 1024 * 1024, "de")).toBe("3,4 MB");
		expect(size(3.4 * 1024 * 1024, "en")).toBe("3.4 MB");
	});
});

// D17: what is told of a time is drawn anew when its words change, and with formatters that are made once.
import { act, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { serverNow } from "../src/shared/api/clock";
import { useTold } from "../src/shared/words/now";
import { clock, day, moment } from "../src/shared/words/time";

beforeEach(() => void vi.useFakeTimers({ now: Date.parse("2026-11-22T13:20:00Z") }));
afterEach(() => void vi.useRealTimers());

let drawn = 0;

function Time({ at }: { at: string }) {
	const told = useTold((now) => moment(at, now, "en"));
	drawn += 1;
	return <time>{told}</time>;
}

describe("a time that is told", () => {
	test("is drawn anew once a minute, not once a second", () => {
		drawn = 0;
		const at = new Date(serverNow() - 5 * 60_000 - 1000).toISOString();
		render(<Time at={at} />);
		const first = drawn;
		expect(screen.getByText(/5 minutes ago/)).toBeDefined();
		act(() => void vi.advanceTimersByTime(50_000));
		expect(drawn).toBe(first);
		act(() => void vi.advanceTimersByTime(15_000));
		expect(screen.getByText(/6 minutes ago/)).toBeDefined();
		expect(drawn).toBe(first + 1);
	});

	test("makes no formatter for each time it is told", () => {
		clock("2026-11-22T13:20:00Z", "en");
		day("2026-11-22T13:20:00Z", "en");
		const made = vi.spyOn(Intl, "DateTimeFormat");
		for (let n = 0; n < 100; n += 1) {
			clock("2026-11-22T13:20:00Z", "en");
			day("2026-11-22T13:20:00Z", "en");
		}
		expect(made).not.toHaveBeenCalled();
	});
});

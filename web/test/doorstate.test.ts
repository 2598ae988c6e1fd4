import { describe, expect, test } from "vitest";
import type { Door } from "../src/shared/api/types";
import { doorState, FRESH_MILLIS } from "../src/shared/door/state";
import { ground, NOW } from "./help";

const closed: Door = { state: "closed", grounds: [], can_see: [], pin_closed: false, notices: [] };
const open: Door = {
	...closed,
	state: "open",
	grounds: [ground({ ends_at: new Date(NOW + 600_000).toISOString() })],
};
const live = { at: NOW, failed: false, connection: "live" as const };

describe("what the door may say (design: old data never passes for new)", () => {
	test("a fresh answer is told as it is", () => {
		expect(doorState({ door: closed, ...live }, NOW).kind).toBe("closed");
		expect(doorState({ door: open, ...live }, NOW).kind).toBe("open");
	});

	test("an old answer holds while live changes arrive", () => {
		expect(doorState({ door: closed, ...live, at: NOW - 50_000 }, NOW).kind).toBe("closed");
	});

	test.each([closed, open])("without live changes an old $state door is unsure", (door) => {
		const known = { door, at: NOW - FRESH_MILLIS - 1, failed: false, connection: "lost" as const };
		const state = doorState(known, NOW);
		expect(state.kind).toBe("unsure");
		expect(state).toMatchObject({ last: door.state });
	});

	test("a door asked about a moment ago is sure even without live changes", () => {
		const known = { door: closed, at: NOW - 2000, failed: false, connection: "lost" as const };
		expect(doorState(known, NOW).kind).toBe("closed");
	});

	test("when asking failed, the door is unsure at once", () => {
		expect(doorState({ door: closed, ...live, failed: true }, NOW).kind).toBe("unsure");
	});

	test("an open door past its end is neither open nor closed until asked again", () => {
		expect(doorState({ door: open, ...live }, NOW + 603_000).kind).toBe("unsure");
	});

	test("without any answer the door is unsure", () => {
		expect(doorState({ door: undefined, ...live }, NOW).kind).toBe("unsure");
	});

	test("an unsure door that was open can still be ended", () => {
		const state = doorState({ door: open, ...live, failed: true }, NOW);
		expect(state).toMatchObject({ kind: "unsure", grounds: open.grounds });
	});
});

import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { touchedBy } from "../src/api/keys";
import { Live, type Source } from "../src/api/live";

class FakeSource implements Source {
	readyState = 0;
	closed = false;
	private readonly listeners = new Map<string, ((event: MessageEvent) => void)[]>();

	addEventListener(type: string, listener: (event: MessageEvent) => void): void {
		this.listeners.set(type, [...(this.listeners.get(type) ?? []), listener]);
	}

	close(): void {
		this.closed = true;
	}

	emit(type: string, data = ""): void {
		for (const listener of this.listeners.get(type) ?? []) {
			listener(new MessageEvent(type, { data }));
		}
	}
}

function setUp() {
	const client = new QueryClient();
	const stale = vi.spyOn(client, "invalidateQueries").mockResolvedValue();
	const sources: FakeSource[] = [];
	const live = new Live(client, () => {
		const source = new FakeSource();
		sources.push(source);
		return source;
	});
	const touched = () => stale.mock.calls.map(([filter]) => filter?.queryKey?.[0] ?? "everything");
	return { live, sources, stale, touched };
}

describe("which answers a topic makes stale", () => {
	test("a redeemed PIN touches the PIN shown and the door", () => {
		expect(touchedBy(["pin", "door"])).toEqual(expect.arrayContaining(["pin", "door"]));
	});

	test("a visit's next page touches the door that shows it", () => {
		expect(touchedBy(["visits"])).toContain("door");
	});

	test("each answer is asked for once, unknown topics touch nothing", () => {
		const nouns = touchedBy(["door", "grounds", "visits", "tomorrow"]);
		expect(new Set(nouns).size).toBe(nouns.length);
		expect(touchedBy(["tomorrow"])).toEqual([]);
	});
});

describe("live changes", () => {
	beforeEach(() => void vi.useFakeTimers());
	afterEach(() => void vi.useRealTimers());

	test("a change makes exactly its answers stale", () => {
		const { live, sources, stale, touched } = setUp();
		live.start();
		sources[0]?.emit("open");
		stale.mockClear();
		sources[0]?.emit("change", JSON.stringify({ topics: ["alarms"] }));
		expect(touched()).toEqual(["alarms", "staff"]);
	});

	test("a change that is no JSON is passed over", () => {
		const { live, sources, stale } = setUp();
		live.start();
		sources[0]?.emit("change", "{");
		expect(stale).not.toHaveBeenCalled();
	});

	test("opening makes everything stale: what changed before was told to nobody", () => {
		const { live, sources, touched } = setUp();
		live.start();
		sources[0]?.emit("open");
		expect(live.state).toBe("live");
		expect(touched()).toEqual(["everything"]);
	});

	test("a reset makes everything stale", () => {
		const { live, sources, stale, touched } = setUp();
		live.start();
		sources[0]?.emit("open");
		stale.mockClear();
		sources[0]?.emit("reset");
		expect(touched()).toEqual(["everything"]);
	});

	test("the first failure says lost, and the browser's own retry is left alone", () => {
		const { live, sources } = setUp();
		live.start();
		sources[0]?.emit("open");
		sources[0]?.emit("error");
		expect(live.state).toBe("lost");
		vi.advanceTimersByTime(60_000);
		expect(sources).toHaveLength(1);
	});

	test("when the browser gives up, it asks who is signed in and tries again", () => {
		const { live, sources, touched } = setUp();
		live.start();
		const [first] = sources;
		if (first) first.readyState = 2;
		first?.emit("error");
		expect(touched()).toEqual(["me"]);
		vi.advanceTimersByTime(1000);
		expect(sources).toHaveLength(2);
	});

	test("after stopping nothing is tried again", () => {
		const { live, sources } = setUp();
		live.start();
		const [first] = sources;
		if (first) first.readyState = 2;
		first?.emit("error");
		live.stop();
		vi.advanceTimersByTime(60_000);
		expect(sources).toHaveLength(1);
	});
});

import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { touchedBy } from "../src/shared/api/keys";
import { Live, live, useConnection } from "../src/shared/api/live";
import { knownNews, learnNews, setNews } from "../src/shared/api/news";
import { withRow } from "../src/shared/api/rows";
import { type Browser, type Channel, HIDDEN_MILLIS, type Source } from "../src/shared/api/stream";

class FakeSource implements Source {
	readyState = 0;
	closed = false;
	private readonly listeners = new Map<string, ((event: MessageEvent) => void)[]>();
	readonly since: string | null;

	constructor(since: string | null) {
		this.since = since;
	}

	addEventListener(type: string, listener: (event: MessageEvent) => void): void {
		this.listeners.set(type, [...(this.listeners.get(type) ?? []), listener]);
	}

	close(): void {
		this.closed = true;
	}

	emit(type: string, data = "", lastEventId = ""): void {
		for (const listener of this.listeners.get(type) ?? []) {
			listener(new MessageEvent(type, { data, lastEventId }));
		}
	}
}

/** Locks and channels that all pages of one browser share. */
class FakeProfile {
	readonly sources: FakeSource[] = [];
	private readonly channels = new Map<string, Set<Channel>>();
	private readonly queues = new Map<string, (() => void)[]>();

	channel(name: string): Channel {
		const all = this.channels.get(name) ?? new Set();
		this.channels.set(name, all);
		const own: Channel = {
			onmessage: null,
			postMessage: (message) => {
				for (const other of all) {
					if (other !== own) other.onmessage?.(new MessageEvent("message", { data: message }));
				}
			},
			close: () => void all.delete(own),
		};
		all.add(own);
		return own;
	}

	lock(name: string, signal: AbortSignal, held: () => Promise<void>): Promise<void> {
		const queue = this.queues.get(name) ?? [];
		this.queues.set(name, queue);
		return new Promise((resolve, reject) => {
			const turn = () =>
				void held().then(() => {
					queue.shift();
					queue[0]?.();
					resolve();
				});
			signal.addEventListener("abort", () => {
				const at = queue.indexOf(turn);
				if (at > 0) {
					queue.splice(at, 1);
					reject(new Error("aborted"));
				}
			});
			queue.push(turn);
			if (queue.length === 1) turn();
		});
	}

	get open(): FakeSource[] {
		return this.sources.filter((source) => !source.closed);
	}
}

function page(profile: FakeProfile, shared = true) {
	let hidden = false;
	const callbacks = new Set<(shown: boolean, atOnce: boolean) => void>();
	const browser: Browser = {
		connect(since) {
			const source = new FakeSource(since);
			profile.sources.push(source);
			return source;
		},
		lock: shared ? (name, signal, held) => profile.lock(name, signal, held) : undefined,
		channel: shared ? (name) => profile.channel(name) : undefined,
		hidden: () => hidden,
		onShown(callback) {
			callbacks.add(callback);
			return () => callbacks.delete(callback);
		},
	};
	const client = new QueryClient();
	const stale = vi.spyOn(client, "invalidateQueries").mockResolvedValue();
	const live = new Live(client, browser);
	return {
		live,
		client,
		stale,
		touched: () => stale.mock.calls.map(([filter]) => filter?.queryKey?.join(" ") ?? "everything"),
		show(shown: boolean, atOnce = false) {
			hidden = !shown;
			for (const callback of callbacks) callback(shown, atOnce);
		},
	};
}

function setUp() {
	const profile = new FakeProfile();
	return { ...page(profile, false), sources: profile.sources };
}

/** Locks are handed on in a later turn. */
const settle = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
	vi.useFakeTimers();
	setNews(null);
});
afterEach(() => void vi.useRealTimers());

describe("which answers a change makes stale", () => {
	const nouns = (...topics: string[]) => touchedBy({ topics }).keys.map(([noun]) => noun);

	test("a redeemed PIN touches the PIN shown and the door", () => {
		expect(nouns("pin", "door")).toEqual(expect.arrayContaining(["pin", "door"]));
	});

	test("a visit's next page touches the door that shows it", () => {
		expect(nouns("visits")).toContain("door");
	});

	test("each answer is asked for once, unknown topics touch nothing", () => {
		const all = nouns("door", "grounds", "visits", "tomorrow");
		expect(new Set(all).size).toBe(all.length);
		expect(nouns("tomorrow")).toEqual([]);
	});

	test("a message touches one ticket and one row, and no other ticket", () => {
		const touched = touchedBy({ topics: ["tickets", "ticket"], ticket: "t1" });
		expect(touched).toEqual({ keys: [["ticket", "t1"]], rows: "t1" });
	});

	test("without a name all lists are touched", () => {
		const touched = touchedBy({ topics: ["tickets"] });
		expect(touched.rows).toBeUndefined();
		expect(touched.keys).toContainEqual(["tickets"]);
	});
});

describe("one row", () => {
	const data = {
		pages: [{ items: [{ id: "a" }, { id: "b" }] }, { items: [{ id: "c" }] }],
		pageParams: ["", "x"],
	};
	const ids = (row: { id: string } | null, id: string) =>
		withRow(data, id, row).pages.map((one) => one.items.map((item) => item.id).join(""));

	test("stays in its place, goes, or comes first", () => {
		expect(ids({ id: "c" }, "c")).toEqual(["ab", "c"]);
		expect(ids(null, "b")).toEqual(["a", "c"]);
		expect(ids({ id: "d" }, "d")).toEqual(["dab", "c"]);
		expect(ids(null, "d")).toEqual(["ab", "c"]);
	});

	test("is asked for in lists that are shown; counts are asked for once for many changes", async () => {
		const { live, client, touched, sources } = setUp();
		learnNews("run-1");
		live.start("p");
		sources[0]?.emit("open");
		const row = vi.fn(async () => ({ id: "t1", subject: "new" }));
		const list = { pages: [{ items: [{ id: "t1", subject: "old" }] }], pageParams: [""] };
		client.setQueryData(["tickets", "all"], list);
		const observer = new QueryObserver(client, {
			queryKey: ["tickets", "all"],
			queryFn: async () => list,
			staleTime: Number.POSITIVE_INFINITY,
			meta: { row },
		});
		const unsubscribe = observer.subscribe(() => {});
		for (const number of [2, 3, 4]) {
			const change = JSON.stringify({ topics: ["tickets", "ticket"], ticket: "t1" });
			sources[0]?.emit("change", change, `run-${number}`);
			await settle();
		}
		expect(row).toHaveBeenCalledTimes(3);
		expect(client.getQueryData<typeof list>(["tickets", "all"])?.pages[0]?.items[0]?.subject).toBe(
			"new",
		);
		expect(touched()).toEqual(["ticket t1", "ticket t1", "ticket t1"]);
		await vi.advanceTimersByTimeAsync(3000);
		expect(touched().slice(3)).toEqual(["tickets counts"]);
		unsubscribe();
	});
});

describe("live changes", () => {
	test("a change makes exactly its answers stale", () => {
		const { live, sources, stale, touched } = setUp();
		live.start("p");
		sources[0]?.emit("open");
		stale.mockClear();
		sources[0]?.emit("change", JSON.stringify({ topics: ["alarms"] }), "run-1");
		expect(touched()).toEqual(["alarms", "staff"]);
	});

	test("a change that is no JSON is passed over", () => {
		const { live, sources, stale } = setUp();
		live.start("p");
		sources[0]?.emit("change", "{");
		expect(stale).not.toHaveBeenCalled();
	});

	test("a page that does not know where it stands asks for everything when the stream opens", () => {
		const { live, sources, touched } = setUp();
		live.start("p");
		sources[0]?.emit("open");
		expect(live.state).toBe("live");
		expect(touched()).toEqual(["everything"]);
	});

	test("a page that knows where it stands listens from there and asks for nothing twice", () => {
		const { live, sources, stale } = setUp();
		learnNews("run-7");
		learnNews("run-9");
		live.start("p");
		expect(sources[0]?.since).toBe("run-7");
		sources[0]?.emit("open");
		expect(stale).not.toHaveBeenCalled();
	});

	test("a reset makes everything stale", () => {
		const { live, sources, stale, touched } = setUp();
		live.start("p");
		sources[0]?.emit("open");
		stale.mockClear();
		sources[0]?.emit("reset", "{}", "run-3");
		expect(touched()).toEqual(["everything"]);
		expect(knownNews()).toBe("run-3");
	});

	test("the first failure says lost, and the browser's own retry is left alone", () => {
		const { live, sources } = setUp();
		live.start("p");
		sources[0]?.emit("open");
		sources[0]?.emit("error");
		expect(live.state).toBe("lost");
		vi.advanceTimersByTime(50_000);
		expect(sources).toHaveLength(1);
	});

	test("when the browser gives up, it asks who is signed in and tries again", () => {
		const { live, sources, touched } = setUp();
		live.start("p");
		const [first] = sources;
		if (first) first.readyState = 2;
		first?.emit("error");
		expect(touched()).toEqual(["me"]);
		vi.advanceTimersByTime(1000);
		expect(sources).toHaveLength(2);
	});

	test("after stopping nothing is tried again, and nothing is known", () => {
		const { live, sources } = setUp();
		learnNews("run-1");
		live.start("p");
		const [first] = sources;
		if (first) first.readyState = 2;
		first?.emit("error");
		live.stop();
		vi.advanceTimersByTime(60_000);
		expect(sources).toHaveLength(1);
		expect(live.state).toBe("connecting");
		expect(knownNews()).toBeNull();
	});
});

describe("one stream for each browser", () => {
	test("eight pages hold one stream, and all hear", async () => {
		const profile = new FakeProfile();
		learnNews("run-1");
		const pages = Array.from({ length: 8 }, () => page(profile));
		for (const one of pages) one.live.start("p");
		await settle();
		expect(profile.sources).toHaveLength(1);
		profile.sources[0]?.emit("open");
		expect(pages.map((one) => one.live.state)).toEqual(Array(8).fill("live"));
		// They share one module here, so only the first to hear knows it as new; each page has its own.
		profile.sources[0]?.emit("change", JSON.stringify({ topics: ["pin"] }));
		for (const one of pages) expect(one.touched()).toEqual(["pin", "door", "customer"]);
	});

	test("when its page is closed, frozen or long hidden, another holds it", async () => {
		const profile = new FakeProfile();
		learnNews("run-1");
		const [first, second, third] = [page(profile), page(profile), page(profile)];
		for (const one of [first, second, third]) one.live.start("p");
		await settle();
		first.live.stop();
		setNews("run-5");
		await settle();
		expect(profile.open).toHaveLength(1);
		expect(profile.sources).toHaveLength(2);
		expect(profile.open[0]?.since).toBe("run-5");
		second.show(false, true);
		await settle();
		expect(profile.open).toHaveLength(1);
		expect(profile.sources).toHaveLength(3);
		profile.open[0]?.emit("open");
		expect(third.live.state).toBe("live");
	});

	test("pages that are all hidden hold none, and catch up when one is shown", async () => {
		const profile = new FakeProfile();
		learnNews("run-1");
		const one = page(profile);
		one.live.start("p");
		await settle();
		profile.open[0]?.emit("open");
		one.show(false);
		await vi.advanceTimersByTimeAsync(HIDDEN_MILLIS - 1);
		expect(profile.open).toHaveLength(1);
		one.show(true);
		one.show(false);
		await vi.advanceTimersByTimeAsync(HIDDEN_MILLIS);
		expect(profile.open).toHaveLength(0);
		one.show(true);
		await settle();
		expect(profile.open).toHaveLength(1);
		expect(profile.open[0]?.since).toBe("run-1");
	});

	test("a hidden page hears what a visible one passes on, and knows when nobody does any more", async () => {
		const profile = new FakeProfile();
		learnNews("run-1");
		const [away, here] = [page(profile), page(profile)];
		away.live.start("p");
		here.live.start("p");
		await settle();
		away.show(false);
		await vi.advanceTimersByTimeAsync(HIDDEN_MILLIS);
		profile.open[0]?.emit("open");
		expect(profile.open).toHaveLength(1);
		expect([away.live.state, here.live.state]).toEqual(["live", "live"]);
		profile.open[0]?.emit("change", JSON.stringify({ topics: ["pin"] }));
		expect(away.touched()).toEqual(["pin", "door", "customer"]);
		here.show(false, true);
		await settle();
		expect(profile.open).toHaveLength(0);
		expect(away.live.state).toBe("connecting");
	});

	test("a page whose knowledge is older than the holder's asks for everything", async () => {
		const { live, touched } = setUp();
		setNews("run-3");
		live.opened("run-3");
		live.opened("run-2");
		expect(touched()).toEqual([]);
		live.opened("run-4");
		expect(touched()).toEqual(["everything"]);
		expect(knownNews()).toBe("run-4");
		live.opened("later-1");
		expect(touched()).toEqual(["everything", "everything"]);
	});

	test("people do not hear each other", async () => {
		const profile = new FakeProfile();
		const [one, other] = [page(profile), page(profile)];
		one.live.start("p");
		other.live.start("q");
		await settle();
		expect(profile.sources).toHaveLength(2);
	});
});

describe("the connection as pages see it", () => {
	test("who looks before there is a stream is told when it is lost", () => {
		const { result } = renderHook(() => useConnection());
		expect(result.current).toBe("connecting");
		const client = new QueryClient();
		const stream = live(client);
		act(() => stream.became("lost"));
		expect(result.current).toBe("lost");
		act(() => stream.became("live"));
		expect(result.current).toBe("live");
	});
});

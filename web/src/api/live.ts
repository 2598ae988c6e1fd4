// Live changes: one event stream; each change makes cached answers stale, so that the page asks anew.
// It never carries data itself: what a page shows always comes from an answer of the API.
import type { QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { keys, touchedBy } from "./keys";

/** `lost` from the first failure until the stream is open again. */
export type Connection = "connecting" | "live" | "lost";

/** What of EventSource is used here. */
export interface Source {
	readyState: number;
	addEventListener(type: string, listener: (event: MessageEvent) => void): void;
	close(): void;
}

const CLOSED = 2;
const RETRY_MILLIS = [1000, 2000, 5000, 10_000];

/** The stream of one signed-in person. */
export class Live {
	state: Connection = "connecting";
	private source: Source | null = null;
	private timer: ReturnType<typeof setTimeout> | undefined;
	private failures = 0;
	private readonly watchers = new Set<() => void>();
	private readonly client: QueryClient;
	private readonly connect: () => Source;

	constructor(
		client: QueryClient,
		connect: () => Source = () => new EventSource("/api/v1/events"),
	) {
		this.client = client;
		this.connect = connect;
	}

	start(): void {
		if (this.source) return;
		const source = this.connect();
		this.source = source;
		source.addEventListener("open", () => this.opened());
		source.addEventListener("error", () => this.failed(source));
		source.addEventListener("reset", () => this.resetAll());
		source.addEventListener("change", (event) => this.changed(event));
	}

	stop(): void {
		clearTimeout(this.timer);
		this.source?.close();
		this.source = null;
		this.failures = 0;
		this.become("connecting");
	}

	watch = (watcher: () => void): (() => void) => {
		this.watchers.add(watcher);
		return () => this.watchers.delete(watcher);
	};

	private opened(): void {
		this.failures = 0;
		this.become("live");
		// What changed between the page's first answers and now was told to nobody.
		this.resetAll();
	}

	private failed(source: Source): void {
		this.become("lost");
		if (source.readyState !== CLOSED || this.source !== source) return;
		// The browser gives up on a refusal (signed out, server starting): ask who we are, try again.
		this.source = null;
		void this.client.invalidateQueries({ queryKey: keys.me });
		const wait = RETRY_MILLIS[Math.min(this.failures, RETRY_MILLIS.length - 1)];
		this.failures += 1;
		this.timer = setTimeout(() => this.start(), wait);
	}

	private changed(event: MessageEvent): void {
		for (const noun of touchedBy(topicsOf(event.data))) {
			void this.client.invalidateQueries({ queryKey: [noun] });
		}
	}

	private resetAll(): void {
		void this.client.invalidateQueries();
	}

	private become(state: Connection): void {
		if (this.state === state) return;
		this.state = state;
		for (const watcher of this.watchers) watcher();
	}
}

function topicsOf(data: unknown): string[] {
	try {
		const parsed: unknown = JSON.parse(String(data));
		const topics = (parsed as { topics?: unknown }).topics;
		return Array.isArray(topics) ? topics.filter((t) => typeof t === "string") : [];
	} catch {
		return [];
	}
}

let current: Live | null = null;

/** The one stream of this page, made on first use. */
export function live(client: QueryClient): Live {
	current ??= new Live(client);
	return current;
}

/** The connection's state, for pages that must not show old as new. */
export function useConnection(): Connection {
	return useSyncExternalStore(
		(watcher) => current?.watch(watcher) ?? (() => {}),
		() => current?.state ?? "connecting",
	);
}

// Live changes: what the browser's one stream tells makes cached answers stale, so that the page asks anew, for what was
// named and no more. It never carries data itself: what a page shows always comes from an answer of the API.
import type { QueryClient, QueryKey } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { type Change, keys, touchedBy } from "./keys";
import { isKnown, knownNews, mayHaveMissed, setNews } from "./news";
import { refreshRows } from "./rows";
import { type Browser, browser, type Connection, type Listener, Stream } from "./stream";

export type { Connection } from "./stream";

/** Counts are asked for once for all changes within this time. */
const COUNTS_MILLIS = 3000;

/** What one signed-in person's page hears. */
export class Live implements Listener {
	state: Connection = "connecting";
	private stream: Stream | null = null;
	private counts: ReturnType<typeof setTimeout> | undefined;
	private readonly watchers = new Set<() => void>();
	private readonly client: QueryClient;
	private readonly browser: Browser;

	constructor(client: QueryClient, own: Browser = browser) {
		this.client = client;
		this.browser = own;
	}

	/** Starts to listen; pages of the same person share one stream. */
	start(person: string): void {
		if (this.stream) return;
		this.stream = new Stream(`pforte-live-${person}`, this.browser, this);
		this.stream.start();
	}

	stop(): void {
		clearTimeout(this.counts);
		this.counts = undefined;
		this.stream?.stop();
		this.stream = null;
		setNews(null);
		this.became("connecting");
	}

	watch = (watcher: () => void): (() => void) => {
		this.watchers.add(watcher);
		return () => this.watchers.delete(watcher);
	};

	known(): string | null {
		return knownNews();
	}

	heard(type: "change" | "reset", id: string, data: string): void {
		if (type === "reset") {
			setNews(id || null);
			this.resetAll();
			return;
		}
		if (id && isKnown(knownNews(), id)) return;
		if (id) setNews(id);
		this.changed(changeOf(data));
	}

	opened(upTo: string | null): void {
		// Without a place to begin from, what changed before was told to nobody.
		const here = knownNews();
		if (!here || mayHaveMissed(here, upTo)) this.resetAll();
		if (upTo && mayHaveMissed(here, upTo)) setNews(upTo);
	}

	became(state: Connection): void {
		if (this.state === state) return;
		this.state = state;
		for (const watcher of this.watchers) watcher();
	}

	refused(): void {
		void this.client.invalidateQueries({ queryKey: keys.me });
	}

	private changed(change: Change): void {
		const touched = touchedBy(change);
		for (const queryKey of touched.keys) this.stale(queryKey);
		if (!touched.rows) return;
		void refreshRows(this.client, touched.rows);
		this.counts ??= setTimeout(() => {
			this.counts = undefined;
			this.stale(keys.ticketCounts);
		}, COUNTS_MILLIS);
	}

	private stale(queryKey: QueryKey): void {
		void this.client.invalidateQueries({ queryKey });
	}

	private resetAll(): void {
		void this.client.invalidateQueries();
	}
}

function changeOf(data: string): Change {
	try {
		const parsed: unknown = JSON.parse(data);
		const { topics, ticket, ground, visit } = parsed as Record<string, unknown>;
		const id = (value: unknown) => (typeof value === "string" ? value : undefined);
		return {
			topics: Array.isArray(topics) ? topics.filter((t) => typeof t === "string") : [],
			ticket: id(ticket),
			ground: id(ground),
			visit: id(visit),
		};
	} catch {
		return { topics: [] };
	}
}

let current: Live | null = null;
// Pages look at the connection before there is one: who watches here is told when it comes.
const watchers = new Set<() => void>();

/** What this page hears, made on first use. */
export function live(client: QueryClient): Live {
	if (!current) {
		current = new Live(client);
		current.watch(() => {
			for (const watcher of watchers) watcher();
		});
	}
	return current;
}

function watch(watcher: () => void): () => void {
	watchers.add(watcher);
	return () => watchers.delete(watcher);
}

/** The connection's state, for pages that must not show old as new. */
export function useConnection(): Connection {
	return useSyncExternalStore(watch, () => current?.state ?? "connecting");
}

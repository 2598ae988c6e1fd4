// The browser's one event stream. Of all visible pages of one person one holds it and passes on to the others
// what it hears; when that page is closed, frozen or hidden, another takes over. A browser without locks
// or channels has a stream for each visible page.

/** `lost` from the first failure until the stream is open again. */
export type Connection = "connecting" | "live" | "lost";

/** What of EventSource is used here. */
export interface Source {
	readyState: number;
	addEventListener(type: string, listener: (event: MessageEvent) => void): void;
	close(): void;
}

/** What of BroadcastChannel is used here. */
export interface Channel {
	postMessage(message: unknown): void;
	onmessage: ((event: MessageEvent) => void) | null;
	close(): void;
}

/** What of the browser is used here; tests bring their own. */
export interface Browser {
	connect(since: string | null): Source;
	/** Holds a lock until `held` resolves; `undefined` where there are none. */
	lock?(name: string, signal: AbortSignal, held: () => Promise<void>): Promise<void>;
	channel?(name: string): Channel;
	hidden(): boolean;
	/** Calls back when the page is shown, hidden, frozen or put away. */
	onShown(callback: (shown: boolean, atOnce: boolean) => void): () => void;
}

/** What a page hears. */
export interface Listener {
	/** Up to which event everything is known here. */
	known(): string | null;
	heard(type: "change" | "reset", id: string, data: string): void;
	/** The stream is open; `upTo` is the last event that its holder knows. */
	opened(upTo: string | null): void;
	became(state: Connection): void;
	/** The server refuses: signed out, or starting. */
	refused(): void;
}

type Message =
	| { kind: "event"; type: "change" | "reset"; id: string; data: string }
	| { kind: "state"; state: Connection; upTo: string | null }
	| { kind: "hello" };

const CLOSED = 2;
const RETRY_MILLIS = [1000, 2000, 5000, 10_000];
/** How long a hidden page goes on listening: somebody who looks something up comes back. */
export const HIDDEN_MILLIS = 60_000;

export class Stream {
	private readonly name: string;
	private readonly browser: Browser;
	private readonly listener: Listener;
	private channel: Channel | undefined;
	private source: Source | null = null;
	private state: Connection = "connecting";
	private failures = 0;
	private retry: ReturnType<typeof setTimeout> | undefined;
	private grace: ReturnType<typeof setTimeout> | undefined;
	private waiting: AbortController | null = null;
	private release: (() => void) | null = null;
	private forget: (() => void) | null = null;

	constructor(name: string, browser: Browser, listener: Listener) {
		this.name = name;
		this.browser = browser;
		this.listener = listener;
	}

	start(): void {
		this.channel = this.browser.lock ? this.browser.channel?.(this.name) : undefined;
		if (this.channel) {
			this.channel.onmessage = (event) => this.passed(event.data as Message);
		}
		this.forget = this.browser.onShown((shown, atOnce) => this.shown(shown, atOnce));
		if (!this.browser.hidden()) this.join();
	}

	stop(): void {
		this.forget?.();
		this.leave();
		this.channel?.close();
		this.channel = undefined;
	}

	/** Whether this page holds the stream. */
	get holds(): boolean {
		return this.source !== null || this.retry !== undefined;
	}

	private shown(shown: boolean, atOnce: boolean): void {
		clearTimeout(this.grace);
		if (shown) this.join();
		else if (atOnce) this.stepBack();
		else this.grace = setTimeout(() => this.stepBack(), HIDDEN_MILLIS);
	}

	/** Holds no stream and waits for none, but goes on hearing what a page that is looked at passes on. */
	private stepBack(): void {
		this.leave();
		this.channel?.postMessage({ kind: "hello" } satisfies Message);
	}

	/** Waits for its turn to hold the stream. */
	private join(): void {
		// Whoever holds it says how far it is: what was missed meanwhile shows by that.
		if (!this.waiting) this.become("connecting");
		this.channel?.postMessage({ kind: "hello" } satisfies Message);
		if (this.waiting) return;
		const waiting = new AbortController();
		this.waiting = waiting;
		if (!this.browser.lock || !this.channel) {
			this.open();
			return;
		}
		const held = () =>
			new Promise<void>((resolve) => {
				if (waiting.signal.aborted) return resolve();
				this.release = resolve;
				this.open();
			});
		this.browser.lock(this.name, waiting.signal, held).catch(() => {
			// Given up while waiting, or locks are forbidden here: then this page has its own.
			if (!waiting.signal.aborted) this.open();
		});
	}

	/** Gives the stream up, or the wait for it. */
	private leave(): void {
		// Those who only hear know from here on that nobody tells them any more.
		if (this.holds) this.pass("connecting");
		clearTimeout(this.grace);
		clearTimeout(this.retry);
		this.retry = undefined;
		this.waiting?.abort();
		this.waiting = null;
		this.source?.close();
		this.source = null;
		this.release?.();
		this.release = null;
		this.failures = 0;
		this.become("connecting");
	}

	private open(): void {
		this.retry = undefined;
		const source = this.browser.connect(this.listener.known());
		this.source = source;
		source.addEventListener("open", () => this.opened());
		source.addEventListener("error", () => this.failed(source));
		for (const type of ["change", "reset"] as const) {
			source.addEventListener(type, (event) => {
				const message = {
					kind: "event",
					type,
					id: event.lastEventId,
					data: String(event.data),
				} as const;
				this.listener.heard(type, message.id, message.data);
				this.channel?.postMessage(message satisfies Message);
			});
		}
	}

	private opened(): void {
		this.failures = 0;
		this.listener.opened(this.listener.known());
		this.tell("live");
	}

	private failed(source: Source): void {
		if (this.source !== source) return;
		this.tell("lost");
		if (source.readyState !== CLOSED) return;
		// The browser gives up on a refusal: try again, more and more seldom.
		this.source = null;
		this.listener.refused();
		const wait = RETRY_MILLIS[Math.min(this.failures, RETRY_MILLIS.length - 1)];
		this.failures += 1;
		this.retry = setTimeout(() => this.open(), wait);
	}

	private tell(state: Connection): void {
		this.become(state);
		this.pass(state);
	}

	private pass(state: Connection): void {
		const upTo = this.listener.known();
		this.channel?.postMessage({ kind: "state", state, upTo } satisfies Message);
	}

	/** What another page passes on. */
	private passed(message: Message): void {
		if (message.kind === "hello") {
			if (this.holds) this.tell(this.state);
		} else if (this.holds) {
			// Two hold one for a moment while one hands over: each hears for itself.
		} else if (message.kind === "event") {
			this.listener.heard(message.type, message.id, message.data);
		} else if (message.state === "connecting" && this.waiting) {
			// Whoever waits for the stream holds it next, or hears of whoever does.
		} else {
			if (message.state === "live") this.listener.opened(message.upTo);
			this.become(message.state);
		}
	}

	private become(state: Connection): void {
		if (this.state === state) return;
		this.state = state;
		this.listener.became(state);
	}
}

/** The browser that the page runs in. */
export const browser: Browser = {
	connect: (since) =>
		new EventSource(`/api/v1/events${since ? `?since=${encodeURIComponent(since)}` : ""}`),
	lock:
		typeof navigator !== "undefined" && navigator.locks
			? async (name, signal, held) => {
					await navigator.locks.request(name, { signal }, held);
				}
			: undefined,
	channel:
		typeof BroadcastChannel === "undefined" ? undefined : (name) => new BroadcastChannel(name),
	hidden: () => document.visibilityState === "hidden",
	onShown(callback) {
		const looked = () => callback(document.visibilityState !== "hidden", false);
		const away = () => callback(false, true);
		document.addEventListener("visibilitychange", looked);
		document.addEventListener("freeze", away);
		document.addEventListener("resume", looked);
		window.addEventListener("pagehide", away);
		window.addEventListener("pageshow", looked);
		return () => {
			document.removeEventListener("visibilitychange", looked);
			document.removeEventListener("freeze", away);
			document.removeEventListener("resume", looked);
			window.removeEventListener("pagehide", away);
			window.removeEventListener("pageshow", looked);
		};
	},
};

// The running time for countdowns: one timer for all of a page, by the server's clock.
import { useSyncExternalStore } from "react";
import { serverNow } from "../api/clock";

const watchers = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let current = serverNow();

function tick() {
	current = serverNow();
	for (const watcher of watchers) watcher();
}

function watch(watcher: () => void): () => void {
	if (watchers.size === 0) {
		tick();
		timer = setInterval(tick, 1000);
	}
	watchers.add(watcher);
	return () => {
		watchers.delete(watcher);
		if (watchers.size === 0) clearInterval(timer);
	};
}

/** Milliseconds since the epoch; changes once a second. */
export function useNow(): number {
	return useSyncExternalStore(watch, () => current);
}

/**
 * What is told of a time, such as "vor 3 Minuten". Whoever shows it is drawn anew when the words change, and not every
 * second.
 */
export function useTold<T extends string | boolean>(tell: (now: number) => T): T {
	return useSyncExternalStore(watch, () => tell(current));
}

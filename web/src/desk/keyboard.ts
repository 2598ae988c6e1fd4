// Single keys and two-key sequences ("g q") of the desk. They can be switched off, for people whose
// speech input or tremor would press them (WCAG 2.1.4).
import { useEffect, useRef, useSyncExternalStore } from "react";

const STORED = "pforte-single-keys";
const SEQUENCE_MILLIS = 1500;

const watchers = new Set<() => void>();

function stored(): boolean {
	try {
		return localStorage.getItem(STORED) !== "off";
	} catch {
		return true;
	}
}

let on = stored();

export function switchSingleKeys(next: boolean): void {
	on = next;
	try {
		localStorage.setItem(STORED, next ? "on" : "off");
	} catch {
		// No storage: the choice lasts as long as the page.
	}
	for (const watcher of watchers) watcher();
}

function watch(watcher: () => void): () => void {
	watchers.add(watcher);
	return () => watchers.delete(watcher);
}

/** Whether single letters do something. */
export function useSingleKeys(): boolean {
	return useSyncExternalStore(watch, () => on);
}

/** True for fields that take this key as text; radios and buttons do not, a field for digits takes digits. */
export function typing(target: EventTarget | null, key = ""): boolean {
	if (!(target instanceof HTMLElement)) return false;
	if (target.dataset.digitsOnly !== undefined && /^[^\d\s]$/.test(key)) return false;
	if (target instanceof HTMLInputElement && target.type === "radio") return false;
	return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

let prefixAt = Number.NEGATIVE_INFINITY;
const combos = new WeakMap<Event, string>();

/** "q", or "g q" after a `g`. Each press counts once, however many listen. */
function comboOf(event: KeyboardEvent): string {
	const known = combos.get(event);
	if (known !== undefined) return known;
	const follows = event.timeStamp - prefixAt < SEQUENCE_MILLIS;
	const combo = follows ? `g ${event.key}` : event.key;
	prefixAt = combo === "g" ? event.timeStamp : Number.NEGATIVE_INFINITY;
	combos.set(event, combo);
	return combo;
}

export type Bindings = Record<string, (event: KeyboardEvent) => void>;

/** Runs a binding when its key is pressed outside of fields and dialogs. */
export function useKeys(bindings: Bindings): void {
	const current = useRef(bindings);
	current.current = bindings;
	useEffect(() => {
		const onKey = (event: KeyboardEvent) => {
			if (event.ctrlKey || event.metaKey || event.altKey) return;
			// Taken by a menu or a list of choices; what another listener of ours took is still ours.
			if (event.defaultPrevented && !combos.has(event)) return;
			if (typing(event.target, event.key)) return;
			const combo = comboOf(event);
			const run = current.current[combo];
			if (!run) return;
			const letter = /^(g )?[a-z]$/.test(combo);
			if (letter && (!on || document.querySelector("[data-holds-page]"))) return;
			event.preventDefault();
			run(event);
		};
		document.addEventListener("keydown", onKey);
		return () => document.removeEventListener("keydown", onKey);
	}, []);
}

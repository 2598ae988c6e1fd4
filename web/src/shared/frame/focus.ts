// Whoever uses the keyboard is never thrown back to the top of the page: when the element they were on goes
// away or was switched off for a moment, the focus goes to where it was, or to the nearest thing around it.
import { useEffect } from "react";

/** For the whole application, once. */
export function useKeptFocus(): void {
	useEffect(() => keepFocus(document), []);
}

/** Watches the page; returns what ends it. */
export function keepFocus(page: Document): () => void {
	let last: HTMLElement | null = null;
	let around: HTMLElement[] = [];
	const onFocus = (event: Event) => {
		last = event.target instanceof HTMLElement ? event.target : null;
		around = last ? ancestors(last) : [];
	};
	// A press on nothing in particular lets go on purpose.
	const onPress = (event: Event) => {
		if (!last?.contains(event.target as Node)) last = null;
	};
	// So does leaving a field by Escape: it is still there, and nothing switched it off.
	const lost = () => page.activeElement === page.body || page.activeElement === null;
	let off = false;
	const look = () => {
		if (!last) return;
		if (isOff(last)) {
			off = true;
			return;
		}
		if (!lost()) return;
		if (last.isConnected && off) last.focus({ preventScroll: true });
		else if (!last.isConnected) refuge(page, around)?.focus({ preventScroll: true });
		off = false;
	};
	const watcher = new MutationObserver(look);
	watcher.observe(page.body, {
		subtree: true,
		childList: true,
		attributes: true,
		attributeFilter: ["disabled"],
	});
	page.addEventListener("focusin", onFocus);
	page.addEventListener("pointerdown", onPress, true);
	return () => {
		watcher.disconnect();
		page.removeEventListener("focusin", onFocus);
		page.removeEventListener("pointerdown", onPress, true);
	};
}

function ancestors(element: HTMLElement): HTMLElement[] {
	const all: HTMLElement[] = [];
	for (let at = element.parentElement; at; at = at.parentElement) all.push(at);
	return all;
}

function isOff(element: HTMLElement): boolean {
	return element.isConnected && element.matches(":disabled");
}

/** What takes the focus when its element is gone: something around it that can, else the content. */
function refuge(page: Document, around: HTMLElement[]): HTMLElement | null {
	const near = around.find((one) => one.isConnected && one.matches("[tabindex], dialog"));
	return near ?? page.getElementById("content");
}

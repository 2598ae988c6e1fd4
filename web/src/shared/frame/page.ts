// Pages that are loaded when they are needed. After an update of the server the files of the version before
// are gone: the page is loaded anew once, and if that does not help, it says so.
import { type ComponentType, lazy } from "react";

const RELOADED = "pforte-reloaded-at";
/** A second failure within this time is none of an update. */
const AGAIN_MILLIS = 60_000;

/** A page's files could not be loaded, and loading anew did not help. */
export class Missing extends Error {}

/** `lazy`, for pages whose files may have gone. */
// biome-ignore lint/suspicious/noExplicitAny: as `lazy` has it
export function page<T extends ComponentType<any>>(load: () => Promise<{ default: T }>) {
	return lazy(() => load().catch(renew));
}

function renew(error: unknown): Promise<never> {
	if (!mayReload(Date.now())) throw new Missing("a page's files are gone", { cause: error });
	location.reload();
	// Nothing is drawn any more; what was typed is kept by the drafts.
	return new Promise(() => {});
}

/** Whether the page may load itself anew; notes that it does. Without storage it never does. */
export function mayReload(now: number): boolean {
	try {
		const before = Number(sessionStorage.getItem(RELOADED) ?? 0);
		if (now - before < AGAIN_MILLIS) return false;
		sessionStorage.setItem(RELOADED, String(now));
		return sessionStorage.getItem(RELOADED) === String(now);
	} catch {
		return false;
	}
}

// A request that is being written, kept over a reload. Only in this tab's session storage, only for
// the person who wrote it, and gone once it is sent, thrown away, or somebody signs out.
import { type KeptFile, keptFiles } from "./useFiles";

const STORED = "pforte-request-draft";

export interface Draft {
	happened: string;
	done: string;
	expected: string;
	affected: string;
	files: KeptFile[];
}

export const noDraft: Draft = { happened: "", done: "", expected: "", affected: "", files: [] };

/** True when there is anything worth keeping. */
export function hasContent(draft: Draft): boolean {
	const { files, ...texts } = draft;
	return files.length > 0 || Object.values(texts).some((text) => text.trim() !== "");
}

export function readDraft(person: string): Draft {
	try {
		const stored: unknown = JSON.parse(sessionStorage.getItem(STORED) ?? "null");
		const kept = stored as ({ person?: unknown } & Partial<Draft>) | null;
		if (!kept || kept.person !== person) return noDraft;
		const text = (value: unknown) => (typeof value === "string" ? value : "");
		return {
			happened: text(kept.happened),
			done: text(kept.done),
			expected: text(kept.expected),
			affected: text(kept.affected),
			files: keptFiles(kept.files),
		};
	} catch {
		return noDraft;
	}
}

export function storeDraft(person: string, draft: Draft): void {
	try {
		if (hasContent(draft)) sessionStorage.setItem(STORED, JSON.stringify({ ...draft, person }));
		else sessionStorage.removeItem(STORED);
	} catch {
		// No storage, or no room in it: the draft lasts as long as the page.
	}
}

/** For sending and signing out. */
export function forgetDraft(): void {
	try {
		sessionStorage.removeItem(STORED);
	} catch {
		// Without storage there is nothing to forget.
	}
}

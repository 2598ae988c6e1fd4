// What was typed and not sent yet, kept while one looks at other requests and over a reload. Only in this
// tab's session storage, only for the person who wrote it, and gone once it is sent or somebody signs out.

import { type KeptFile, keptFiles } from "./useFiles";

const STORED = "pforte-drafts";
const LIMIT = 50;

let owner = "";
let kept = new Map<string, string>();
let files = new Map<string, readonly KeptFile[]>();

/** Whose drafts these are from now on; somebody else's are forgotten. Cheap to say again. */
export function claimDrafts(person: string): void {
	if (owner === person) return;
	owner = person;
	[kept, files] = read(person);
}

/** For signing out. */
export function forgetDrafts(): void {
	owner = "";
	kept = new Map();
	files = new Map();
	write();
}

export function draftOf(key: string): string {
	return kept.get(key) ?? "";
}

export function keepDraft(key: string, text: string): void {
	put(kept, key, text || undefined);
	write();
}

/** The files that were picked for it. */
export function filesOf(key: string): readonly KeptFile[] {
	return files.get(key) ?? [];
}

export function keepFiles(key: string, picked: readonly KeptFile[]): void {
	if (picked.length === 0 && !files.has(key)) return;
	put(files, key, picked.length > 0 ? picked : undefined);
	write();
}

/** The newest come last; the oldest make room. */
function put<T>(map: Map<string, T>, key: string, value: T | undefined): void {
	map.delete(key);
	if (value !== undefined) map.set(key, value);
	const [oldest] = map.keys();
	if (map.size > LIMIT && oldest !== undefined) map.delete(oldest);
}

type Found = [Map<string, string>, Map<string, readonly KeptFile[]>];

function read(person: string): Found {
	try {
		const stored: unknown = JSON.parse(sessionStorage.getItem(STORED) ?? "null");
		const found = stored as { person?: unknown; texts?: unknown; files?: unknown } | null;
		if (found?.person !== person) return [new Map(), new Map()];
		const texts = pairs(found.texts).filter(
			(pair): pair is [string, string] => typeof pair[1] === "string",
		);
		const picked = pairs(found.files).map(([key, value]) => [key, keptFiles(value)] as const);
		return [new Map(texts), new Map(picked.filter(([, those]) => those.length > 0))];
	} catch {
		return [new Map(), new Map()];
	}
}

function pairs(stored: unknown): [string, unknown][] {
	if (!Array.isArray(stored)) return [];
	const found = stored.filter(
		(pair): pair is [string, unknown] => Array.isArray(pair) && typeof pair[0] === "string",
	);
	return found.slice(-LIMIT);
}

function write(): void {
	try {
		const all = { person: owner, texts: [...kept], files: [...files] };
		if (kept.size + files.size === 0) sessionStorage.removeItem(STORED);
		else sessionStorage.setItem(STORED, JSON.stringify(all));
	} catch {
		// No storage, or no room in it: drafts last as long as the page.
	}
}

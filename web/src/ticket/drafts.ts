// What was typed and not sent yet, kept while one looks at other requests and over a reload. Only in this
// tab's session storage, only for the person who wrote it, and gone once it is sent or somebody signs out.

const STORED = "pforte-drafts";
const LIMIT = 50;

let owner = "";
let kept = new Map<string, string>();

/** Whose drafts these are from now on; somebody else's are forgotten. Cheap to say again. */
export function claimDrafts(person: string): void {
	if (owner === person) return;
	owner = person;
	kept = read(person);
}

/** For signing out. */
export function forgetDrafts(): void {
	owner = "";
	kept = new Map();
	write();
}

export function draftOf(key: string): string {
	return kept.get(key) ?? "";
}

export function keepDraft(key: string, text: string): void {
	kept.delete(key);
	if (text) kept.set(key, text);
	const [oldest] = kept.keys();
	if (kept.size > LIMIT && oldest !== undefined) kept.delete(oldest);
	write();
}

function read(person: string): Map<string, string> {
	try {
		const stored: unknown = JSON.parse(sessionStorage.getItem(STORED) ?? "null");
		const found = stored as { person?: unknown; texts?: unknown } | null;
		if (found?.person !== person || !Array.isArray(found.texts)) return new Map();
		const pairs = found.texts.filter(
			(pair): pair is [string, string] =>
				Array.isArray(pair) && typeof pair[0] === "string" && typeof pair[1] === "string",
		);
		return new Map(pairs.slice(-LIMIT));
	} catch {
		return new Map();
	}
}

function write(): void {
	try {
		if (kept.size === 0) sessionStorage.removeItem(STORED);
		else sessionStorage.setItem(STORED, JSON.stringify({ person: owner, texts: [...kept] }));
	} catch {
		// No storage, or no room in it: drafts last as long as the page.
	}
}

// What was typed and not sent yet, kept while one looks at other requests. In memory only: nothing of
// a customer's is left in the browser.

const kept = new Map<string, string>();
const LIMIT = 50;

/** For signing out. */
export function forgetDrafts(): void {
	kept.clear();
}

export function draftOf(key: string): string {
	return kept.get(key) ?? "";
}

export function keepDraft(key: string, text: string): void {
	kept.delete(key);
	if (!text) return;
	kept.set(key, text);
	const [oldest] = kept.keys();
	if (kept.size > LIMIT && oldest !== undefined) kept.delete(oldest);
}

// Up to which event the answers of this page know everything. From there it begins to listen, so that
// nothing that was told in between is missed and nothing has to be asked twice.

let known: string | null = null;

/** Learn from an answer; only the first one counts until the stream has told of later ones. */
export function learnNews(header: string | null): void {
	if (header) known ??= header;
}

export function knownNews(): string | null {
	return known;
}

/** What the stream told last; `null` forgets, as when somebody signs out. */
export function setNews(id: string | null): void {
	known = id;
}

/** Whether something may have been told between what is known here and what is known there. */
export function mayHaveMissed(here: string | null, there: string | null): boolean {
	if (!there) return false;
	if (!here) return true;
	const [ours, theirs] = [parts(here), parts(there)];
	return ours.run !== theirs.run || ours.number < theirs.number;
}

/** Whether this event is already known here. */
export function isKnown(here: string | null, id: string): boolean {
	if (!here) return false;
	const [ours, theirs] = [parts(here), parts(id)];
	return ours.run === theirs.run && theirs.number <= ours.number;
}

function parts(id: string): { run: string; number: number } {
	const at = id.lastIndexOf("-");
	return { run: id.slice(0, at), number: Number(id.slice(at + 1)) };
}

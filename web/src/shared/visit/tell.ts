// How a ground's reason and call are told in one line. Both are gone once the log entry is unreadable.
import type { Ground, Language, Visit, VisitRequest } from "../api/types";
import type { Same } from "../words/dictionary";
import { say } from "../words/dictionary";
import { clock, duration } from "../words/time";
import type { visitWords } from "./words";

type Words = (typeof visitWords)["de"] extends Same<infer T> ? Same<T> : never;

/** A PIN may have been redeemed for a request too; only a takeover opens because of it. */
type Why = Pick<Ground, "reason" | "ticket"> & { kind?: string; of_colleague?: boolean };

/** "Störung: Bestellungen kommen doppelt an" */
export function reasonText({ kind, reason, ticket, of_colleague }: Why, t: Words): string {
	if (kind === "takeover" && ticket) return t.takenOver(ticket.number, ticket.subject);
	// What a colleague asked for stays theirs: only that it was so is told.
	if (of_colleague) return kind === "takeover" ? t.colleaguesRequest : t.colleaguesCall;
	if (!reason) return t.unreadable;
	return `${say(t, `cat_${reason.category}`)}: ${reason.text}`;
}

/** A further visit's own reason (rule T24); `null` where it says what the ground's says. */
export function ownReason(visit: Visit, ground: Ground, t: Words): string | null {
	if (!visit.reason) return null;
	const own = reasonText({ reason: visit.reason }, t);
	return own === reasonText(ground, t) ? null : own;
}

/** Where it was: the area as the catalogue calls it in the reader's language. */
export function placeText(
	place: Pick<VisitRequest, "area" | "area_name">,
	language: Language,
): string {
	return place.area_name?.[language] ?? place.area;
}

/** What was asked for, without any value: "GET /contacts?page" */
export function askedText(request: VisitRequest): string {
	const query = request.query.length > 0 ? `?${request.query.join("&")}` : "";
	const body = request.body.length > 0 ? ` (${request.body.join(", ")})` : "";
	return `${request.method} ${request.path}${query}${body}`;
}

export const isRefused = ({ outcome }: VisitRequest) =>
	outcome === "refused" || outcome === "not_forwarded";

/** One line of what a visit opened, with what that page loaded by itself. */
export interface Opened {
	/** `null`: the page itself is further back. */
	request: VisitRequest | null;
	loaded: VisitRequest[];
	files: VisitRequest[];
}

/** Pages and refusals, newest first; what a page loads goes with it. */
export function opened(requests: VisitRequest[]): Opened[] {
	const lines: Opened[] = [];
	let loaded: VisitRequest[] = [];
	let files: VisitRequest[] = [];
	for (const request of requests) {
		if (isRefused(request)) {
			lines.push({ request, loaded: [], files: [] });
		} else if (request.page && !request.file) {
			lines.push({ request, loaded, files });
			loaded = [];
			files = [];
		} else if (request.file) {
			files.push(request);
		} else {
			loaded.push(request);
		}
	}
	if (loaded.length + files.length > 0) lines.push({ request: null, loaded, files });
	return lines;
}

/** "Anfrage vom Kunden geschlossen (Marta Oduya)": the server's one table of words, in the page's language. */
export function endText(ending: Ground["ending"], language: Language): string | null {
	if (!ending) return null;
	return ending.by ? `${ending[language]} (${ending.by.name})` : ending[language];
}

/** "Telefon, +49 30 …, 14:20" */
export function callText(ground: Ground, t: Words, language: Language): string {
	const record = ground.record;
	if (!record) return t.unreadable;
	return t.recordLine(say(t, `channel_${record.channel}`), record.from, clock(record.at, language));
}

/** As many visits as an answer holds; there may be more. */
const VISITS_SHOWN = 20;

/** What somebody did with an access: when somebody was in, for how long, and how the last of it ended. */
export interface Visited {
	from: string;
	/** `null` while a visit is running. */
	to: string | null;
	count: number;
	/** Time in which at least one visit was running. */
	millis: number;
	ending: Ground["ending"];
	/** As many as one answer holds: there may have been others before. */
	more: boolean;
}

/**
 * An access is open for longer than somebody is in, a taken over request for days. What a customer reads is
 * how long somebody was in and how that ended, not what could have been. `null` if nothing was opened.
 */
export function visited(ground: Pick<Ground, "visits" | "ending">): Visited | null {
	const [first, ...later] = [...ground.visits].sort((a, b) => start(a) - start(b));
	if (!first) return null;
	const all = [first, ...later];
	const last = all.reduce((a, b) => (stop(b) >= stop(a) ? b : a));
	const running = last.ended_at == null;
	let millis = 0;
	let covered = start(first);
	for (const visit of all) {
		if (visit.ended_at == null) continue;
		millis += Math.max(0, stop(visit) - Math.max(covered, start(visit)));
		covered = Math.max(covered, stop(visit));
	}
	const withAccess = !last.ending || last.ending.how === "ground_over";
	return {
		from: first.started_at,
		to: running ? null : (last.ended_at ?? null),
		count: all.length,
		millis,
		ending: running ? null : withAccess ? (ground.ending ?? last.ending) : last.ending,
		more: all.length >= VISITS_SHOWN,
	};
}

/** "12 min"; of several "2 visits, 25 min altogether". */
export function lengthText(seen: Visited, t: Words, language: Language): string {
	if (seen.more) return t.visitsAtLeast(seen.count);
	const long = duration(seen.millis, language);
	return seen.count === 1 ? long : t.visitsAltogether(seen.count, long);
}

const start = (visit: Visit) => Date.parse(visit.started_at);
const stop = (visit: Visit) =>
	visit.ended_at == null ? Number.POSITIVE_INFINITY : Date.parse(visit.ended_at);

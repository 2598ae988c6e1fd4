// A request's clocks in words (rules B14 to B16). Pure: `now` is given.
import type { Language, TicketLine } from "../api/types";
import type { Same } from "../words/dictionary";
import { clock, day, distance } from "../words/time";
import type { ticketWords } from "./words";

type Words = (typeof ticketWords)["de"] extends Same<infer T> ? Same<T> : never;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** From this long before, a coming lock is told. */
export const LOCK_TOLD_MILLIS = 7 * DAY;

/** "in 3 Tagen (25. Nov. 2026, 14:32)": the distance first, then exactly. */
export function when(at: string, now: number, language: Language): string {
	const today = Math.abs(Date.parse(at) - now) < 12 * HOUR;
	const exact = today ? clock(at, language) : `${day(at, language)}, ${clock(at, language)}`;
	return `${distance(at, now, language)} (${exact})`;
}

const units: Record<Language, [string, string, string]> = {
	de: ["Min.", "Std.", "Tage"],
	en: ["min", "h", "days"],
};

/** How long something has waited, short: "5 Min.", "3 Std.", "2 Tage"; rounded down. */
export function waited(since: string, now: number, language: Language): string {
	const millis = Math.max(0, now - Date.parse(since));
	const [minute, hour, days] = units[language];
	if (millis < HOUR) return `${Math.floor(millis / MINUTE)} ${minute}`;
	if (millis < 2 * DAY) return `${Math.floor(millis / HOUR)} ${hour}`;
	return `${Math.floor(millis / DAY)} ${days}`;
}

type Clocks = Pick<TicketLine, "state" | "closes_at" | "locks_at">;

/** What the clocks say now, most pressing first; empty while nothing presses. */
export function clockLines(ticket: Clocks, now: number, language: Language, t: Words): string[] {
	const locks = Date.parse(ticket.locks_at);
	if (ticket.state === "locked") {
		const exact = `${day(ticket.locks_at, language)}, ${clock(ticket.locks_at, language)}`;
		return [t.lockedSince(exact)];
	}
	const lines: string[] = [];
	if (ticket.state === "closed") lines.push(t.closedText);
	else if (ticket.closes_at && Date.parse(ticket.closes_at) < locks) {
		lines.push(t.closesIn(when(ticket.closes_at, now, language)));
	}
	if (locks - now < LOCK_TOLD_MILLIS) {
		lines.push(t.locksIn(when(ticket.locks_at, now, language)));
	}
	return lines;
}

/** A size as people say it: "3,4 MB". */
export function size(bytes: number, language: Language): string {
	const tag = language === "de" ? "de-DE" : "en-GB";
	const say = (value: number, digits: number, unit: string) =>
		`${new Intl.NumberFormat(tag, { maximumFractionDigits: digits }).format(value)} ${unit}`;
	if (bytes < 1024) return say(bytes, 0, "B");
	if (bytes < 1024 * 1024) return say(bytes / 1024, 0, "KB");
	return say(bytes / 1024 / 1024, 1, "MB");
}

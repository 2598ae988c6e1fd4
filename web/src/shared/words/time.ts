// Times as people say them: "in 12 Minuten (14:32)", in the reader's own zone. Pure: `now` is given.
import type { Language } from "../api/types";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const tags: Record<Language, string> = { de: "de-DE", en: "en-GB" };

/** Making a formatter takes longer than using it a hundred times: there is one of each kind and language. */
function each<T>(make: (tag: string) => T): (language: Language) => T {
	const made: Partial<Record<Language, T>> = {};
	return (language) => {
		made[language] ??= make(tags[language]);
		return made[language];
	};
}

const formats = {
	clock: each((tag) => new Intl.DateTimeFormat(tag, { hour: "2-digit", minute: "2-digit" })),
	day: each(
		(tag) => new Intl.DateTimeFormat(tag, { day: "numeric", month: "short", year: "numeric" }),
	),
	full: each((tag) => new Intl.DateTimeFormat(tag, { dateStyle: "full", timeStyle: "long" })),
	distance: each((tag) => new Intl.RelativeTimeFormat(tag, { numeric: "auto" })),
	tenths: each((tag) => new Intl.NumberFormat(tag, { maximumFractionDigits: 1 })),
	hundredths: each((tag) => new Intl.NumberFormat(tag, { maximumFractionDigits: 2 })),
};

/** "14:32" */
export function clock(at: string, language: Language): string {
	return formats.clock(language).format(new Date(at));
}

/** "22. Nov. 2026" */
export function day(at: string, language: Language): string {
	return formats.day(language).format(new Date(at));
}

/** Date, time and zone in full, for tooltips and `title`s. */
export function inFull(at: string, language: Language): string {
	return formats.full(language).format(new Date(at));
}

/** "in 12 Minuten", "vor 3 Stunden", "gestern"; below a minute in words. */
export function distance(at: string, now: number, language: Language): string {
	const millis = Date.parse(at) - now;
	const size = Math.abs(millis);
	const relative = formats.distance(language);
	if (size < MINUTE) {
		const future = { de: "in weniger als einer Minute", en: "in less than a minute" };
		const past = { de: "gerade eben", en: "just now" };
		return (millis > 0 ? future : past)[language];
	}
	// What is left is rounded up, what has passed is rounded down: a PIN good for 59.5 minutes says 60.
	const round = millis > 0 ? Math.ceil : (n: number) => -Math.floor(-n);
	if (size < HOUR) return relative.format(round(millis / MINUTE), "minute");
	if (size < DAY) return relative.format(Math.round(millis / HOUR), "hour");
	return relative.format(Math.round(millis / DAY), "day");
}

/** "in 12 Minuten (14:32)"; a day or more away the date as well. */
export function moment(at: string, now: number, language: Language): string {
	const far = Math.abs(Date.parse(at) - now) >= DAY;
	const absolute = far ? `${day(at, language)}, ${clock(at, language)}` : clock(at, language);
	return far ? absolute : `${distance(at, now, language)} (${absolute})`;
}

/** Time left as "29 days", "7 h", "41 min", in the last two minutes "1:09"; "0:00" when over. */
export function left(until: string, now: number, language: Language): string {
	const millis = Math.max(0, Date.parse(until) - now);
	if (millis >= 2 * DAY) {
		const days = Math.floor(millis / DAY);
		return language === "de" ? `${days} Tage` : `${days} days`;
	}
	if (millis >= 3 * HOUR) {
		const hours = Math.floor(millis / HOUR);
		return language === "de" ? `${hours} Std.` : `${hours} h`;
	}
	if (millis >= 2 * MINUTE) {
		const minutes = Math.ceil(millis / MINUTE);
		return language === "de" ? `${minutes} Min.` : `${minutes} min`;
	}
	const seconds = Math.ceil(millis / 1000);
	return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** When something ends: "14:32"; half a day or more away with the date. */
export function end(at: string, now: number, language: Language): string {
	const far = Math.abs(Date.parse(at) - now) >= 12 * HOUR;
	return far ? `${day(at, language)}, ${clock(at, language)}` : clock(at, language);
}

/** The later end of "from – until": the time; on another day with the date. */
export function until(from: string, to: string, language: Language): string {
	const same = day(from, language) === day(to, language);
	return same ? clock(to, language) : `${day(to, language)}, ${clock(to, language)}`;
}

/** A span as "40 s", "12 min", "5 h" or "14 days". */
export function span(from: string, to: string, language: Language): string {
	return duration(Math.max(0, Date.parse(to) - Date.parse(from)), language);
}

/** The same of milliseconds. */
export function duration(millis: number, language: Language): string {
	if (millis < MINUTE) return `${Math.round(millis / 1000)} s`;
	if (millis >= 2 * DAY) {
		const days = Math.round(millis / DAY);
		return language === "de" ? `${days} Tage` : `${days} days`;
	}
	if (millis >= 3 * HOUR) {
		const hours = Math.round(millis / HOUR);
		return language === "de" ? `${hours} Std.` : `${hours} h`;
	}
	const minutes = Math.round(millis / MINUTE);
	return language === "de" ? `${minutes} Min.` : `${minutes} min`;
}

/** A measured cut in seconds: 200 → "0,2 s", 43 → "0,04 s"; below that "weniger als 0,01 s". */
export function seconds(millis: number, language: Language): string {
	if (millis < 10) return language === "de" ? "weniger als 0,01 s" : "less than 0.01 s";
	const value = millis / 1000;
	const text = value < 0.1 ? formats.hundredths(language) : formats.tenths(language);
	return `${text.format(value)} s`;
}

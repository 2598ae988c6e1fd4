// How a ground's reason and call are told in one line. Both are gone once the log entry is unreadable.
import type { Ground, Language } from "../api/types";
import type { Same } from "../words/dictionary";
import { say } from "../words/dictionary";
import { clock } from "../words/time";
import type { visitWords } from "./words";

type Words = (typeof visitWords)["de"] extends Same<infer T> ? Same<T> : never;

/** "Störung: Bestellungen kommen doppelt an" */
export function reasonText(ground: Ground, t: Words): string {
	if (!ground.reason) return t.unreadable;
	return `${say(t, `cat_${ground.reason.category}`)}: ${ground.reason.text}`;
}

/** "Telefon, +49 30 …, 14:20" */
export function callText(ground: Ground, t: Words, language: Language): string {
	const record = ground.record;
	if (!record) return t.unreadable;
	return t.recordLine(say(t, `channel_${record.channel}`), record.from, clock(record.at, language));
}

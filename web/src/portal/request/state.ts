// How a request stands, in a customer's words (rules B14 to B16). Pure: `now` is given.
import type { Language, TicketLine } from "../../shared/api/types";
import { when } from "../../shared/ticket/clocks";
import type { Same } from "../../shared/words/dictionary";
import { say } from "../../shared/words/dictionary";
import type { requestWords } from "./words";

type Words = (typeof requestWords)["de"] extends Same<infer T> ? Same<T> : never;
type Standing = Pick<TicketLine, "state" | "closes_at" | "locks_at" | "assignee">;

/** "Wartet auf Ihre Antwort · schließt in 3 Tagen (25. Nov. 2026, 14:32)" */
export function stateText(ticket: Standing, now: number, language: Language, t: Words): string {
	if (ticket.state === "waiting" && ticket.closes_at) {
		return t.state_waitingCloses(when(ticket.closes_at, now, language));
	}
	if (ticket.state === "open" && ticket.assignee) return t.state_openBy(ticket.assignee.name);
	return say(t, `state_${ticket.state}`);
}

/** A request's line in lists, from the first sentence of what was written. */
export const SUBJECT_LENGTH = 80;

/** The first sentence or line, cut at a word. */
export function subjectOf(text: string): string {
	const line = text.trim().split("\n")[0]?.trim() ?? "";
	const sentence = /^.{12,}?[.!?](?=\s)/u.exec(line)?.[0] ?? line;
	const plain = sentence.replace(/[.]$/, "");
	if (plain.length <= SUBJECT_LENGTH) return plain;
	const cut = plain.slice(0, SUBJECT_LENGTH - 1);
	const space = cut.lastIndexOf(" ");
	return `${(space > SUBJECT_LENGTH / 2 ? cut.slice(0, space) : cut).trimEnd()}…`;
}

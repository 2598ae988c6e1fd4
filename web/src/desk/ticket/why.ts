// Why something cannot be done, and what would allow it: never a dead button. Pure.
import type { Language, TicketView } from "../../shared/api/types";
import { codeText } from "../../shared/words/refusals";
import { ticketDeskWords } from "./words";

/** `null` when it can be done, `undefined` when it is nothing for this person at all. */
export function whyNot(
	ticket: Pick<TicketView, "can" | "cannot">,
	action: string,
	language: Language,
): string | null | undefined {
	if (ticket.can.includes(action)) return null;
	const code = ticket.cannot[action];
	if (code === undefined) return undefined;
	const own = (ticketDeskWords[language] as Record<string, unknown>)[`cannot_${action}_${code}`];
	return typeof own === "string" ? own : codeText(code, code, language);
}

/** Something is missing that the staff member has to have before any door opens, such as a training. */
export function lacks(ticket: TicketView): boolean {
	return ticket.access?.code.startsWith("staff.lacks") ?? false;
}

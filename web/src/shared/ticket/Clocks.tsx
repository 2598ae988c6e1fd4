// The line that says when a request closes or locks by itself, or since when it is locked.
import type { TicketLine } from "../api/types";
import { useLanguage, useWords } from "../words/language";
import { useNow } from "../words/now";
import { inFull } from "../words/time";
import { clockLines } from "./clocks";
import classes from "./ticket.module.css";
import { ticketWords } from "./words";

type Clocked = Pick<TicketLine, "state" | "closes_at" | "locks_at">;

export function Clocks({ ticket }: { ticket: Clocked }) {
	const t = useWords(ticketWords);
	const { language } = useLanguage();
	const now = useNow();
	const lines = clockLines(ticket, now, language, t);
	if (lines.length === 0) return null;
	return (
		<div className={classes.clocks} data-state={ticket.state}>
			{lines.map((line) => (
				<p key={line} title={inFull(ticket.closes_at ?? ticket.locks_at, language)}>
					<span aria-hidden="true">{ticket.state === "locked" ? "■ " : "◷ "}</span>
					{line}
				</p>
			))}
		</div>
	);
}

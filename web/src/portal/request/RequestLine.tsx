// A request in a list: what it is about, and how it stands in plain words.
import { Link } from "react-router";
import type { TicketLine } from "../../shared/api/types";
import { useLanguage, useWords } from "../../shared/words/language";
import { useTold } from "../../shared/words/now";
import { inFull, moment } from "../../shared/words/time";
import classes from "./request.module.css";
import { stateText } from "./state";
import { requestWords } from "./words";

const signs: Record<string, string> = {
	new: "●",
	open: "◐",
	waiting: "◔",
	closed: "○",
	locked: "■",
};

export function RequestState({ ticket }: { ticket: TicketLine }) {
	const t = useWords(requestWords);
	const { language } = useLanguage();
	const told = useTold((now) => stateText(ticket, now, language, t));
	return (
		<span className={classes.state} data-state={ticket.state}>
			<span aria-hidden="true">{signs[ticket.state] ?? "○"} </span>
			{told}
		</span>
	);
}

export function RequestLine({ ticket, own }: { ticket: TicketLine; own: boolean }) {
	const t = useWords(requestWords);
	const { language } = useLanguage();
	const last = useTold((now) => moment(ticket.last_message_at, now, language));
	return (
		<li className={classes.line} data-testid="request-line" data-state={ticket.state}>
			<Link to={`/requests/${ticket.id}`} className={classes.subject}>
				{ticket.subject}
			</Link>
			{ticket.snippet ? <p className={classes.snippet}>{ticket.snippet}</p> : null}
			<RequestState ticket={ticket} />
			<p className="soft small" title={inFull(ticket.last_message_at, language)}>
				{t.number(ticket.number)}
				{own ? null : ` ${t.of(ticket.contact.name)}`} · {t.lastAt(last)}
			</p>
		</li>
	);
}

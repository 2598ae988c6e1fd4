// What it is about, how it stands, who has it.
import { useEffect, useRef } from "react";
import type { TicketView } from "../../shared/api/types";
import { PriorityMark, StateMark } from "../../shared/ticket/Marks";
import { ticketWords } from "../../shared/ticket/words";
import { say } from "../../shared/words/dictionary";
import { useLanguage, useWords } from "../../shared/words/language";
import { useNow } from "../../shared/words/now";
import { inFull, moment } from "../../shared/words/time";
import classes from "./ticketdesk.module.css";
import { ticketDeskWords } from "./words";

export function TicketHead({ ticket, guest }: { ticket: TicketView; guest: boolean }) {
	const t = useWords(ticketDeskWords);
	const words = useWords(ticketWords);
	const { language } = useLanguage();
	const now = useNow();
	const heading = useRef<HTMLHeadingElement>(null);
	// Whoever comes by keyboard reads on from here.
	useEffect(() => heading.current?.focus({ preventScroll: true }), []);
	const who = ticket.mine
		? t.assignedMe
		: ticket.assignee
			? t.assigned(ticket.assignee.name)
			: t.assignedNobody;
	return (
		<header className={classes.ticketHead}>
			<p className={classes.number}>
				{words.number(ticket.number)}
				{guest ? null : <span className="soft"> · {ticket.customer.name}</span>}
			</p>
			<h1 ref={heading} tabIndex={-1}>
				{ticket.subject}
			</h1>
			<p className="row">
				<StateMark state={ticket.state} />
				<PriorityMark priority={ticket.priority} />
				<span className="small">{who}</span>
				<span className="soft small" title={inFull(ticket.opened_at, language)}>
					{t.opened(
						moment(ticket.opened_at, now, language),
						say(words, `channel_${ticket.channel}`),
					)}
				</span>
				{ticket.tags.map((tag) => (
					<span key={tag} className={classes.tag}>
						{tag}
					</span>
				))}
			</p>
		</header>
	);
}

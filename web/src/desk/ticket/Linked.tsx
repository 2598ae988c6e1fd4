// What belongs to a request: accesses, calls, the requests before and after it (rule X5).
import { Link } from "react-router";
import type { TicketRef, TicketView } from "../../shared/api/types";
import { say } from "../../shared/words/dictionary";
import { useLanguage, useWords } from "../../shared/words/language";
import { useNow } from "../../shared/words/now";
import { staffName } from "../../shared/words/people";
import { moment } from "../../shared/words/time";
import classes from "./ticketdesk.module.css";
import { ticketDeskWords } from "./words";

export function Linked({ ticket }: { ticket: TicketView }) {
	const t = useWords(ticketDeskWords);
	const { language } = useLanguage();
	const now = useNow();
	const calls = ticket.calls ?? [];
	const tickets: [TicketRef, string][] = [
		...one(ticket.follows, t.follows),
		...one(ticket.merged_into, t.mergedInto),
		...ticket.followed_by.flatMap((ref) => one(ref, t.followedBy)),
		...ticket.merged.flatMap((ref) => one(ref, t.merged)),
	];
	const count = tickets.length + ticket.grounds.length + calls.length + ticket.held;
	if (count === 0) return null;
	return (
		<section className={classes.block} aria-labelledby="linked">
			<h2 id="linked">{t.linked}</h2>
			<ul className={`plain-list ${classes.links}`}>
				{ticket.held > 0 ? (
					<li>
						<Link to={`/desk/quarantine?ticket=${ticket.id}`} className="danger">
							{t.held(ticket.held)}
						</Link>
					</li>
				) : null}
				{tickets.map(([ref, text]) => (
					<li key={text}>
						<Link to={`/desk/tickets/${ref.id}`}>{text}</Link>{" "}
						<span className="soft small">{ref.subject}</span>
					</li>
				))}
				{ticket.grounds.map((ground) => (
					<li key={ground.id}>
						<Link to={`/desk/visits/${ground.id}`}>
							{t.groundOf(say(t, `ground_${ground.kind}`), staffName(ground.staff))}
						</Link>{" "}
						<span className={ground.state === "open" ? classes.openWord : "soft small"}>
							{say(t, `ground_${ground.state}`)}, {moment(ground.opened_at, now, language)}
						</span>
					</li>
				))}
				{calls.map((call) => (
					<li key={call.id}>
						{t.call(call.staff.name)}{" "}
						<span className="soft small">
							{say(t, `call_${call.proof}`)}, {moment(call.at, now, language)}
						</span>
					</li>
				))}
			</ul>
		</section>
	);
}

function one(
	ref: TicketRef | null | undefined,
	text: (number: number) => string,
): [TicketRef, string][] {
	return ref ? [[ref, text(ref.number)]] : [];
}

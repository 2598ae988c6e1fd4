// Who asks: is it proven, may they, is anything odd about their address. No more than rule B4 allows.
import { Link } from "react-router";
import type { TicketView } from "../../shared/api/types";
import { ProofMark } from "../../shared/ticket/Marks";
import { say } from "../../shared/words/dictionary";
import { useWords } from "../../shared/words/language";
import classes from "./ticketdesk.module.css";
import { ticketDeskWords } from "./words";

export function Requester({ ticket }: { ticket: TicketView }) {
	const t = useWords(ticketDeskWords);
	const who = ticket.requester;
	if (!who) return null;
	const rights = who.authorised ? t.authorised : who.support ? t.supportOnly : t.notSupport;
	return (
		<section className={classes.block} aria-labelledby="requester">
			<h2 id="requester">{t.requester}</h2>
			<p className={classes.name}>{who.person.name}</p>
			<p>
				<ProofMark proof={who.proven} />
			</p>
			<p className={who.support ? "small" : "small danger"}>
				{say(t, `role_${who.role}`)}, {rights}
			</p>
			<p className="soft small">{t.speaks(say(t, `lang_${who.language}`))}</p>
			{who.address_flags.map((flag) => (
				<p key={flag} className={classes.flag}>
					<span aria-hidden="true">! </span>
					{say(t, `flag_${flag}`)}
				</p>
			))}
			<p>
				<Link
					to={`/desk/customers/${ticket.customer.id}?contact=${who.person.id}&ticket=${ticket.id}`}
				>
					{ticket.customer.name}
				</Link>{" "}
				<span className="soft">{ticket.customer.number}</span>
			</p>
		</section>
	);
}

// A customer at a glance, on its own page and beside a request: requests, visits, people, notes. The server
// decides what is shown; what is masked there is masked here.
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { api, ask } from "../shared/api/client";
import { keys } from "../shared/api/keys";
import type { Panel, TicketLine } from "../shared/api/types";
import { Broken, Loading } from "../shared/frame/states";
import { ticketWords } from "../shared/ticket/words";
import { endText } from "../shared/visit/tell";
import { say } from "../shared/words/dictionary";
import { useLanguage, useWords } from "../shared/words/language";
import { useNow } from "../shared/words/now";
import { inFull, moment } from "../shared/words/time";
import { CustomerNotes } from "./CustomerNotes";
import { Block } from "./PanelBlock";
import classes from "./panel.module.css";
import { panelWords } from "./panelWords";

interface CustomerPanelProps {
	customer: string;
	/** The request beside which it stands; it is not listed again. */
	except?: string;
	/** In a narrow column. */
	narrow?: boolean;
}

export function CustomerPanel({ customer, except, narrow = false }: CustomerPanelProps) {
	const t = useWords(panelWords);
	const panel = useQuery({
		queryKey: [...keys.customer(customer), "panel"],
		queryFn: () => ask(api.GET("/customers/{id}/panel", { params: { path: { id: customer } } })),
	});
	return (
		<section
			className={narrow ? classes.narrow : classes.panel}
			aria-label={t.glance}
			data-testid="panel"
		>
			{panel.isPending ? <Loading lines={4} /> : null}
			{panel.isError && !panel.data ? (
				<Broken error={panel.error} again={() => panel.refetch()} />
			) : null}
			{panel.data ? <Parts panel={panel.data} customer={customer} except={except} /> : null}
		</section>
	);
}

function Parts({ panel, customer, except }: { panel: Panel; customer: string; except?: string }) {
	const t = useWords(panelWords);
	const others = (lines: readonly TicketLine[]) => lines.filter((line) => line.id !== except);
	const last = others(panel.last_tickets);
	return (
		<>
			<CustomerNotes customer={customer} panel={panel} />
			<Block title={t.openTickets}>
				<Tickets lines={others(panel.open_tickets)} empty={t.noOpen} />
				{last.length > 0 ? (
					<>
						<h3 className={classes.sub}>{t.lastTickets}</h3>
						<Tickets lines={last} empty="" />
					</>
				) : null}
				<p className="small">
					<Link to={`/desk/tickets?state=all&customer=${customer}`}>{t.allTickets}</Link>
				</p>
			</Block>
			<Visits panel={panel} />
			<Contacts panel={panel} customer={customer} />
		</>
	);
}

function Tickets({ lines, empty }: { lines: readonly TicketLine[]; empty: string }) {
	const states = useWords(ticketWords);
	const { language } = useLanguage();
	const now = useNow();
	if (lines.length === 0) return <p className="soft">{empty}</p>;
	return (
		<ul className={`plain-list ${classes.lines}`}>
			{lines.map((line) => (
				<li key={line.id}>
					<Link to={`/desk/tickets/${line.id}`}>
						#{line.number} {line.subject}
					</Link>
					<span className="soft small" title={inFull(line.last_message_at, language)}>
						{say(states, `state_${line.state}`)} · {line.contact.name} ·{" "}
						{moment(line.last_message_at, now, language)}
					</span>
				</li>
			))}
		</ul>
	);
}

function Visits({ panel }: { panel: Panel }) {
	const t = useWords(panelWords);
	const { language } = useLanguage();
	const now = useNow();
	return (
		<Block title={t.visits}>
			{panel.visits.length === 0 ? <p className="soft">{t.noVisits}</p> : null}
			<ul className={`plain-list ${classes.lines}`}>
				{panel.visits.map((visit) => (
					<li key={visit.id}>
						<span>{t.by(visit.staff.name, visit.product.name)}</span>
						<span
							className={visit.ended_at ? "soft small" : `small ${classes.running}`}
							title={inFull(visit.started_at, language)}
						>
							{moment(visit.started_at, now, language)} ·{" "}
							{visit.ended_at ? endText(visit.ending, language) : t.running}
						</span>
					</li>
				))}
			</ul>
		</Block>
	);
}

function Contacts({ panel, customer }: { panel: Panel; customer: string }) {
	const t = useWords(panelWords);
	const masked =
		!panel.personal && panel.contacts.some((one) => one.address || one.phones.length > 0);
	return (
		<Block title={t.contacts}>
			<ul className={`plain-list ${classes.lines}`}>
				{panel.contacts.map((contact) => (
					<li key={contact.id}>
						<span>
							<Link to={`/desk/customers/${customer}?contact=${contact.id}`}>{contact.name}</Link>{" "}
							<span className="soft small">
								{say(t, `role_${contact.role}`)} ·{" "}
								{contact.authorised ? t.authorised : contact.support ? t.support : t.none}
							</span>
						</span>
						{panel.personal ? (
							<span className="small">
								{[contact.address, ...contact.phones].filter(Boolean).join(" · ")}
							</span>
						) : null}
					</li>
				))}
			</ul>
			{masked ? <p className="soft small">{t.masked}</p> : null}
		</Block>
	);
}

// The door of a request: what is open to me now and why, or what would open it (rules B10, B11, X5).
import { Button } from "@mantine/core";
import { Link } from "react-router";
import type { Me, TicketView } from "../../shared/api/types";
import { Refused } from "../../shared/frame/states";
import { when } from "../../shared/ticket/clocks";
import { useGround } from "../../shared/visit/queries";
import { useLanguage, useWords } from "../../shared/words/language";
import { useNow } from "../../shared/words/now";
import { codeText } from "../../shared/words/refusals";
import desk from "../desk.module.css";
import { ProductLine } from "../ProductLine";
import { RunningVisits } from "../RunningVisits";
import classes from "./ticketdesk.module.css";
import type { TicketActions } from "./useTicket";
import { lacks, whyNot } from "./why";
import { ticketDeskWords } from "./words";

interface TicketDoorProps {
	me: Me;
	ticket: TicketView;
	actions: TicketActions;
	onTakeFrom(): void;
}

export function TicketDoor(props: TicketDoorProps) {
	const t = useWords(ticketDeskWords);
	const { ticket } = props;
	const access = ticket.access;
	if (!access) return null;
	const open = access.decision === "open";
	return (
		<section
			className={open ? `${desk.door} ${desk.doorOpen}` : desk.door}
			aria-label={t.door}
			data-testid="ticket-door"
			data-state={open ? "open" : "closed"}
		>
			<div aria-live="polite">{open ? <OpenHead ticket={ticket} /> : <ShutHead {...props} />}</div>
			<Products ticket={ticket} ground={access.ground_id ?? null} />
		</section>
	);
}

function OpenHead({ ticket }: { ticket: TicketView }) {
	const t = useWords(ticketDeskWords);
	const { language } = useLanguage();
	const now = useNow();
	return (
		<>
			<p className={desk.doorWord}>{t.doorOpen(ticket.contact.name)}</p>
			<p className="small">
				{t.doorOpenHint} {t.doorUntil(when(ticket.closes_at ?? ticket.locks_at, now, language))}
			</p>
		</>
	);
}

function ShutHead({ me, ticket, actions, onTakeFrom }: TicketDoorProps) {
	const t = useWords(ticketDeskWords);
	const { language } = useLanguage();
	const why = whyNot(ticket, "take_over", language);
	const code = ticket.access?.code ?? "";
	const other = ticket.assignee && !ticket.mine ? ticket.assignee : null;
	const live = ticket.state !== "closed" && ticket.state !== "locked";
	// Whoever lacks something themselves is told what; taking over would only be refused.
	const takes = why === null && !lacks(ticket) && !(ticket.mine && ticket.access?.ground_id);
	return (
		<div className="stack">
			<div>
				<p className={desk.doorWord}>{t.doorShut}</p>
				<p>{why ?? codeText(code, code, language)}</p>
				{ticket.access?.needs_confirmation && live ? (
					<p className={`${classes.hint} ${classes.apart}`}>
						{ticket.access_waits_for === "sign_in" ? t.needsSignIn : t.needsConfirmation}
					</p>
				) : null}
			</div>
			{takes ? (
				<div className="stack-close">
					{other ? (
						<>
							<p className="small">{t.doorOf(other.name)}</p>
							<Button variant="default" onClick={onTakeFrom}>
								{t.takeFrom(other.name)}
							</Button>
						</>
					) : (
						<Button
							loading={actions.takeOver.isPending}
							onClick={() => actions.takeOver.mutate(null)}
						>
							{t.takeOver}&nbsp;<kbd className={classes.key}>t</kbd>
						</Button>
					)}
					<Refused error={actions.takeOver.error} />
				</div>
			) : null}
			{me.staff?.may_enter === false || !live ? null : (
				<p className="small">
					<Link
						to={`/desk/customers/${ticket.customer.id}?contact=${ticket.contact.id}&ticket=${ticket.id}`}
					>
						{t.wayPin}
					</Link>
				</p>
			)}
		</div>
	);
}

function Products({ ticket, ground }: { ticket: TicketView; ground: string | null }) {
	const t = useWords(ticketDeskWords);
	const access = ticket.access;
	if (access?.decision !== "open") return null;
	return (
		<section aria-label={t.products}>
			{ground ? (
				<WithGround ticket={ticket} id={ground} />
			) : (
				access.products.map((line) => (
					<ProductLine key={line.product.id} line={line} ground={null} />
				))
			)}
		</section>
	);
}

/** The ground says whether somebody was in already, and what runs. */
function WithGround({ ticket, id }: { ticket: TicketView; id: string }) {
	const ground = useGround(id);
	const kind = ticket.grounds.find((one) => one.id === id)?.kind ?? ground.data?.kind;
	return (
		<>
			{ticket.access?.products.map((line) => (
				<ProductLine
					key={line.product.id}
					line={line}
					ground={ground.data ?? null}
					takeover={kind === "pin" ? null : { subject: ticket.subject }}
				/>
			))}
			{ground.data ? <RunningVisits visits={ground.data.visits} /> : null}
		</>
	);
}

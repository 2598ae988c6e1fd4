// One customer at the desk: who is asking, the PIN form or the word pair, and the door at the right.
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Link, useLocation, useParams, useSearchParams } from "react-router";
import { api, ask } from "../shared/api/client";
import { keys } from "../shared/api/keys";
import { isAdmin } from "../shared/api/me";
import { codeOf } from "../shared/api/problem";
import type { Customer, Me } from "../shared/api/types";
import { Broken, Loading, Nothing } from "../shared/frame/states";
import { useTitle } from "../shared/frame/title";
import { useLanguage, useWords } from "../shared/words/language";
import { codeText } from "../shared/words/refusals";
import { CustomerPanel } from "./CustomerPanel";
import { DeskDoor } from "./DeskDoor";
import classes from "./desk.module.css";
import { OpenGround } from "./OpenGround";
import { panelWords } from "./panelWords";
import { RedeemForm } from "./RedeemForm";
import { deskWords } from "./words";

export function CustomerPage({ me }: { me: Me }) {
	const { language } = useLanguage();
	const { id = "" } = useParams();
	const customer = useQuery({
		queryKey: keys.customer(id),
		queryFn: () => ask(api.GET("/customers/{id}", { params: { path: { id } } })),
	});
	useTitle(customer.data?.name);
	if (customer.isPending) return <Loading lines={6} />;
	if (!customer.data) {
		const code = codeOf(customer.error);
		if (code === "not_found" || code === "http.404") {
			return <Nothing title={codeText("not_found", "", language)} />;
		}
		return <Broken whole error={customer.error} again={() => customer.refetch()} />;
	}
	return <CustomerDesk key={id} me={me} customer={customer.data} />;
}

function CustomerDesk({ me, customer }: { me: Me; customer: Customer }) {
	const t = useWords(deskWords);
	const [search, setSearch] = useSearchParams();
	const location = useLocation();
	const caller = (location.state as { caller?: string } | null)?.caller ?? "";
	const contact = search.get("contact") ?? customer.contacts.find((one) => one.support)?.id ?? null;
	const ticket = search.get("ticket");
	const last = useLastGround(customer);
	const [arriving, setArriving] = useState(true);
	return (
		<>
			<CustomerHead me={me} customer={customer} />
			<div className={classes.columns}>
				<div className="stack">
					{ticket ? (
						<p>
							<Link to={`/desk/tickets/${ticket}`}>← {t.toTicket}</Link>
						</p>
					) : null}
					{customer.ground ? (
						<OpenGround ground={customer.ground} />
					) : (
						<RedeemForm
							arriving={arriving}
							me={me}
							customer={customer}
							contactId={contact}
							caller={caller}
							ticketId={ticket}
							onContact={(next) => {
								setArriving(false);
								setSearch(
									{ contact: next, ...(ticket ? { ticket } : {}) },
									{ replace: true, state: location.state },
								);
							}}
						/>
					)}
				</div>
				<DeskDoor customer={customer} last={last} />
			</div>
			<CustomerPanel customer={customer.id} except={ticket ?? undefined} />
		</>
	);
}

/** The ground that was open on this page a moment ago, so that its end can be told. */
function useLastGround(customer: Customer): string | null {
	const [last, setLast] = useState<string | null>(null);
	const open = customer.ground?.id ?? null;
	useEffect(() => {
		if (open) setLast(open);
	}, [open]);
	return open ? null : last;
}

function CustomerHead({ me, customer }: { me: Me; customer: Customer }) {
	const t = useWords(deskWords);
	const panel = useWords(panelWords);
	return (
		<header className={classes.customerHead}>
			<h1>{customer.name}</h1>
			<span>{t.customerNumber(customer.number)}</span>
			{customer.group ? <span className="soft">{t.group(customer.group)}</span> : null}
			<span className="soft" hidden={!customer.address}>
				{t.addressLabel}: <span title={t.addressHidden}>{customer.address}</span>{" "}
				<span className="small">({t.addressHidden})</span>
			</span>
			{customer.active ? null : <strong>○ {panel.inactive}</strong>}
			{isAdmin(me) ? (
				<Link to={`/desk/customers/${customer.id}/manage`} className="small">
					{panel.manage}
				</Link>
			) : null}
		</header>
	);
}

// One request at the desk: queue left, request in the middle, door right; one column on phones.
import { useRef, useState } from "react";
import { Link, useParams, useSearchParams } from "react-router";
import { isGuest } from "../../shared/api/me";
import { codeOf } from "../../shared/api/problem";
import type { Me, TicketView } from "../../shared/api/types";
import { Broken, Loading, Nothing } from "../../shared/frame/states";
import { useTitle } from "../../shared/frame/title";
import { Clocks } from "../../shared/ticket/Clocks";
import type { MessageMode } from "../../shared/ticket/Composer";
import { useWords } from "../../shared/words/language";
import { CustomerPanel } from "../CustomerPanel";
import { QueueList } from "../queue/QueueList";
import { canonical } from "../queue/views";
import { Actions, useActionDialogs } from "./Actions";
import { Linked } from "./Linked";
import { Requester } from "./Requester";
import { RequestFacts } from "./RequestFacts";
import { Talk } from "./Talk";
import { TicketDoor } from "./TicketDoor";
import { TicketHead } from "./TicketHead";
import classes from "./ticketdesk.module.css";
import { useTicket, useTicketActions } from "./useTicket";
import { useTicketKeys } from "./useTicketKeys";
import { Watchers } from "./Watchers";
import { ticketDeskWords } from "./words";

export default function TicketPage({ me }: { me: Me }) {
	const t = useWords(ticketDeskWords);
	const { id = "" } = useParams();
	const [params] = useSearchParams();
	const search = canonical(params);
	const ticket = useTicket(id);
	const guest = isGuest(me);
	useTitle(ticket.data ? `#${ticket.data.number} ${ticket.data.subject}` : null);
	const missing = ["not_found", "http.404"].includes(codeOf(ticket.error));
	return (
		<div className={classes.columns} data-full data-guest={guest || undefined}>
			<aside className={classes.queue} aria-label={t.queueBeside}>
				<Link to={{ pathname: "/desk/tickets", search }}>← {t.back}</Link>
				<div className={classes.queueList} data-scrolls>
					<QueueList search={search} current={id} guest={guest} compact />
				</div>
			</aside>
			{ticket.isPending ? <Loading lines={8} /> : null}
			{ticket.isError && !ticket.data ? (
				missing ? (
					<Nothing title={t.notFound} />
				) : (
					<Broken whole error={ticket.error} again={() => ticket.refetch()} />
				)
			) : null}
			{ticket.data ? <TicketDesk key={id} me={me} ticket={ticket.data} guest={guest} /> : null}
		</div>
	);
}

interface TicketDeskProps {
	me: Me;
	ticket: TicketView;
	guest: boolean;
}

function TicketDesk({ me, ticket, guest }: TicketDeskProps) {
	const t = useWords(ticketDeskWords);
	const actions = useTicketActions(ticket.id);
	const dialogs = useActionDialogs();
	const [mode, setMode] = useState<MessageMode>("message");
	const field = useRef<HTMLTextAreaElement>(null);
	const write = (next: MessageMode) => {
		setMode(next);
		// The field of the other mode is there only after the next drawing.
		setTimeout(() => field.current?.focus(), 0);
	};
	useTicketKeys(ticket, actions, dialogs.open, write);
	return (
		<>
			<div className={classes.head}>
				<TicketHead ticket={ticket} guest={guest} />
				{guest ? <p className={classes.hint}>{t.guestNote}</p> : null}
				<Clocks ticket={ticket} />
				{guest ? null : <Actions ticket={ticket} actions={actions} dialogs={dialogs} />}
			</div>
			<div className={classes.talk}>
				<RequestFacts request={ticket.request} />
				<Talk
					ticket={ticket}
					guest={guest}
					mode={mode}
					onMode={setMode}
					field={field}
					actions={actions}
				/>
			</div>
			{guest ? null : (
				<aside className={classes.side} aria-label={t.beside}>
					<TicketDoor
						me={me}
						ticket={ticket}
						actions={actions}
						onTakeFrom={() => dialogs.open("take")}
					/>
					<Requester ticket={ticket} />
					<Watchers me={me} ticket={ticket} onInvite={() => dialogs.open("invite")} />
					<Linked ticket={ticket} />
					<CustomerPanel customer={ticket.customer.id} except={ticket.id} narrow />
				</aside>
			)}
		</>
	);
}

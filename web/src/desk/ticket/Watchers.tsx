// Who reads along besides requester and assignee; each from a moment on (control 44).
import { Button, NativeSelect } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, ask } from "../../shared/api/client";
import { keys } from "../../shared/api/keys";
import type { Me, TicketView } from "../../shared/api/types";
import { Refused } from "../../shared/frame/states";
import { useLanguage, useWords } from "../../shared/words/language";
import { day } from "../../shared/words/time";
import classes from "./ticketdesk.module.css";
import { ticketDeskWords } from "./words";

interface WatchersProps {
	me: Me;
	ticket: TicketView;
	onInvite(): void;
}

function useWatching(ticket: string) {
	const client = useQueryClient();
	const settled = () => client.invalidateQueries({ queryKey: keys.ticket(ticket) });
	const add = useMutation({
		mutationFn: (body: { contact_id?: string; staff_id?: string }) =>
			ask(api.POST("/tickets/{id}/watchers", { params: { path: { id: ticket } }, body })),
		onSettled: settled,
	});
	const remove = useMutation({
		mutationFn: (person_id: string) =>
			ask(
				api.DELETE("/tickets/{id}/watchers/{person_id}", {
					params: { path: { id: ticket, person_id } },
				}),
			),
		onSettled: settled,
	});
	return { add, remove };
}

export function Watchers({ me, ticket, onInvite }: WatchersProps) {
	const t = useWords(ticketDeskWords);
	const { language } = useLanguage();
	const { add, remove } = useWatching(ticket.id);
	const watching = ticket.watchers.some((one) => one.person.id === me.id);
	const live = ticket.state !== "locked";
	const lead = me.staff?.roles.some((role) => /lead|admin/.test(role)) ?? false;
	return (
		<section className={classes.block} aria-labelledby="watchers">
			<h2 id="watchers">{t.watchers}</h2>
			{ticket.watchers.length === 0 ? <p className="soft small">{t.nobodyWatches}</p> : null}
			<ul className="plain-list">
				{ticket.watchers.map(({ person, since }) => (
					<li key={person.id} className="row between">
						<span>
							{person.name} <span className="soft small">{t.since(day(since, language))}</span>
						</span>
						{live ? (
							<Button
								variant="subtle"
								size="compact-sm"
								aria-label={t.unwatch(person.name)}
								onClick={() => remove.mutate(person.id)}
							>
								<span aria-hidden="true">✕</span>
							</Button>
						) : null}
					</li>
				))}
			</ul>
			{live ? (
				<div className="stack-close">
					<Copied ticket={ticket} onAdd={(id) => add.mutate({ contact_id: id })} />
					<ContactWatcher ticket={ticket} onAdd={(id) => add.mutate({ contact_id: id })} />
					<div className="row">
						{watching ? null : (
							<Button
								variant="subtle"
								size="compact-md"
								loading={add.isPending}
								onClick={() => add.mutate({ staff_id: me.id })}
							>
								{t.watch}
							</Button>
						)}
						{lead ? (
							<Button variant="subtle" size="compact-md" onClick={onInvite}>
								{t.invite}
							</Button>
						) : null}
					</div>
				</div>
			) : null}
			<Refused error={add.error ?? remove.error} />
		</section>
	);
}

/** Colleagues whom the customer put in copy: nobody reads along by that alone (control 44). */
function Copied({ ticket, onAdd }: { ticket: TicketView; onAdd(id: string): void }) {
	const t = useWords(ticketDeskWords);
	if (ticket.copied.length === 0) return null;
	return (
		<ul className="plain-list">
			{ticket.copied.map(({ id, name }) => (
				<li key={id} className="row between">
					<span>
						{name} <span className="soft small">{t.copied}</span>
					</span>
					<Button
						variant="subtle"
						size="compact-sm"
						aria-label={t.letReadAlongName(name)}
						onClick={() => onAdd(id)}
					>
						{t.letReadAlong}
					</Button>
				</li>
			))}
		</ul>
	);
}

/** The customer's other contacts, by name (rule B4). */
function ContactWatcher({ ticket, onAdd }: { ticket: TicketView; onAdd(id: string): void }) {
	const t = useWords(ticketDeskWords);
	const customer = useQuery({
		queryKey: keys.customer(ticket.customer.id),
		queryFn: () =>
			ask(api.GET("/customers/{id}", { params: { path: { id: ticket.customer.id } } })),
	});
	const there = new Set([ticket.contact.id, ...ticket.watchers.map((one) => one.person.id)]);
	const others = (customer.data?.contacts ?? []).filter((one) => !there.has(one.id));
	if (others.length === 0) return null;
	return (
		<NativeSelect
			label={t.addWatcher}
			description={t.addWatcherHint}
			size="sm"
			value=""
			data={[
				{ value: "", label: "–" },
				...others.map(({ id, name }) => ({ value: id, label: name })),
			]}
			onChange={(event) => event.currentTarget.value && onAdd(event.currentTarget.value)}
		/>
	);
}

// Making a request of a mail: for which contact. The one whose address it is comes first.
import { Button, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, type UseMutationResult, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useNavigate } from "react-router";
import { api, ask } from "../../shared/api/client";
import { keys } from "../../shared/api/keys";
import type { MailView, TicketRef } from "../../shared/api/types";
import { Refused } from "../../shared/frame/states";
import { frameWords } from "../../shared/frame/words";
import { useWords } from "../../shared/words/language";
import { matches } from "../matches";
import classes from "./quarantine.module.css";
import type { Release } from "./queries";
import { quarantineWords } from "./words";

interface ReleaseFormProps {
	mail: MailView;
	release: UseMutationResult<TicketRef, Error, Release>;
	onCancel(): void;
}

interface Choice {
	id: string;
	name: string;
	customer: string;
}

function useChoices(mail: MailView, typed: string): { choices: Choice[]; searched: boolean } {
	const [q] = useDebouncedValue(typed.trim(), 150);
	const found = useQuery({
		queryKey: keys.customers(q),
		queryFn: () => ask(api.GET("/customers", { params: { query: { q, limit: 8 } } })),
		enabled: q.length > 0,
		placeholderData: keepPreviousData,
	});
	const own = mail.contact;
	const first = own ? [{ ...own.person, customer: own.customer.name }] : [];
	const rest = matches(q ? (found.data?.items ?? []) : []).flatMap(({ contact, customer }) =>
		contact ? [{ id: contact.id, name: contact.name, customer: customer.name }] : [],
	);
	const choices = [...first, ...rest.filter((one) => one.id !== own?.person.id)];
	return { choices, searched: q.length > 0 && found.isSuccess };
}

export function ReleaseForm({ mail, release, onCancel }: ReleaseFormProps) {
	const t = useWords(quarantineWords);
	const frame = useWords(frameWords);
	const navigate = useNavigate();
	const [typed, setTyped] = useState("");
	const [chosen, setChosen] = useState(mail.contact?.person.id ?? "");
	const [into, setInto] = useState(mail.ticket?.id ?? "");
	const [missing, setMissing] = useState(false);
	const { choices, searched } = useChoices(mail, typed);
	const submit = (event: FormEvent) => {
		event.preventDefault();
		setMissing(!chosen);
		if (!chosen) return;
		release.mutate(
			{ contact_id: chosen, ticket_id: into || null },
			{ onSuccess: (ticket) => navigate(`/desk/tickets/${ticket.id}`) },
		);
	};
	return (
		<form className={`stack ${classes.release}`} onSubmit={submit}>
			<TextInput
				label={t.releaseFind}
				autoFocus
				autoComplete="off"
				maxLength={100}
				value={typed}
				onChange={(event) => setTyped(event.currentTarget.value)}
			/>
			<fieldset className={classes.choices}>
				<legend>{t.releaseWho}</legend>
				{choices.map((one) => (
					<label key={one.id} className={classes.choice}>
						<input
							type="radio"
							name="contact"
							checked={one.id === chosen}
							onChange={() => setChosen(one.id)}
						/>
						<span>
							{one.name} <span className="soft small">{one.customer}</span>
						</span>
					</label>
				))}
				{searched && choices.length === 0 ? <p className="soft small">{t.nobodyFound}</p> : null}
				{missing ? (
					<p className="danger small" role="alert">
						{t.releaseChoose}
					</p>
				) : null}
			</fieldset>
			{mail.ticket ? <Into ticket={mail.ticket} into={into} onInto={setInto} /> : null}
			<Refused error={release.error} />
			<div className="row">
				<Button type="submit" loading={release.isPending}>
					{t.release}
				</Button>
				<Button variant="subtle" onClick={onCancel}>
					{frame.cancel}
				</Button>
			</div>
		</form>
	);
}

interface IntoProps {
	ticket: TicketRef;
	into: string;
	onInto(id: string): void;
}

function Into({ ticket, into, onInto }: IntoProps) {
	const t = useWords(quarantineWords);
	const lines: [string, string][] = [
		[ticket.id, t.releaseInto(ticket.number)],
		["", t.releaseNew],
	];
	return (
		<fieldset className={classes.choices}>
			<legend>{t.release}</legend>
			{lines.map(([id, text]) => (
				<label key={id} className={classes.choice}>
					<input type="radio" name="into" checked={into === id} onChange={() => onInto(id)} />
					<span>{text}</span>
				</label>
			))}
		</fieldset>
	);
}

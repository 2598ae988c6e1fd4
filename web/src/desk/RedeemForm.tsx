// Redeeming a PIN: who is on the phone, the PIN, the reason, the record of the call (rules T4, T14).
// What is not possible is said instead of a button that does nothing.

import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useRef, useState } from "react";
import { api, ask } from "../shared/api/client";
import { keys } from "../shared/api/keys";
import { codeOf, Problem } from "../shared/api/problem";
import type { Channel, Customer, Ground, Me } from "../shared/api/types";
import { Refused } from "../shared/frame/states";
import { judge, onlyDigits } from "../shared/pin/damm";
import { field } from "../shared/signin/forms";
import { visitWords } from "../shared/visit/words";
import { say } from "../shared/words/dictionary";
import { useLanguage, useWords } from "../shared/words/language";
import { codeText } from "../shared/words/refusals";
import { ContactChoice } from "./ContactChoice";
import classes from "./desk.module.css";
import { PinField } from "./PinField";
import { type Reason, ReasonFields, reasonOf } from "./ReasonFields";
import { deskWords } from "./words";

const channels: Channel[] = ["phone", "voice", "chat"];

interface RedeemFormProps {
	me: Me;
	customer: Customer;
	contactId: string | null;
	/** The number that was searched for, if it was one. */
	caller: string;
	/** The person has not changed the contact here yet: the first field takes the focus. */
	arriving: boolean;
	/** The request that the PIN is redeemed for (rule X5). */
	ticketId?: string | null;
	onContact(id: string): void;
}

export function RedeemForm(props: RedeemFormProps) {
	const t = useWords(deskWords);
	const { customer, contactId } = props;
	const contact = customer.contacts.find((one) => one.id === contactId) ?? null;
	const why = useWhyNot(props.me, customer, contact);
	return (
		<section className="stack" aria-label={t.redeemTitle}>
			<ContactChoice
				customer={customer}
				chosen={contact?.id ?? null}
				onChoose={props.onContact}
				autoFocus={why !== null}
				canDeactivate={contact?.support ?? false}
			/>
			{why ?? (contact ? <Fields key={contact.id} {...props} contactId={contact.id} /> : null)}
		</section>
	);
}

/** Why there is no form, and what would bring it back. */
function useWhyNot(
	me: Me,
	customer: Customer,
	contact: Customer["contacts"][number] | null,
): ReactNode {
	const t = useWords(deskWords);
	const { language } = useLanguage();
	const staff = me.staff;
	if (staff && staff.lacks.length > 0) {
		return (
			<div className="sheet" role="note">
				<p>{t.youLack}</p>
				<ul>
					{staff.lacks.map((lack) => (
						<li key={lack}>{say(t, `lack_${lack}`)}</li>
					))}
				</ul>
			</div>
		);
	}
	const plain = (text: string) => (
		<p className="sheet" role="note">
			{text}
		</p>
	);
	if (staff?.form_locked) return plain(codeText("pin.form_locked", "", language));
	if (customer.pin_closed) return plain(codeText("pin.closed", "", language));
	if (contact && !contact.support) return plain(t.contactLacks(contact.name));
	return null;
}

interface Entered {
	digits: string;
	reason: Reason;
	channel: Channel;
	from: string;
	note: string;
}

interface Redeemed {
	customer: string;
	contact: string;
	ticket: string | null;
}

function useRedeem({ customer, contact, ticket }: Redeemed, onWrong: () => void) {
	const client = useQueryClient();
	return useMutation({
		mutationFn: (entered: Entered): Promise<Ground> =>
			ask(
				api.POST("/pin/redeem", {
					body: {
						customer_id: customer,
						contact_id: contact,
						digits: entered.digits,
						reason: entered.reason,
						record: {
							channel: entered.channel,
							from: entered.from,
							note: entered.note || null,
						},
						...(ticket ? { ticket_id: ticket } : {}),
					},
				}),
			),
		onSuccess: async () => {
			await client.invalidateQueries({ queryKey: keys.customer(customer) });
			void client.invalidateQueries({ queryKey: ["grounds"] });
			void client.invalidateQueries({ queryKey: ["ticket"] });
		},
		onError: (error) => {
			if (codeOf(error) === "pin.wrong") onWrong();
			if (["pin.form_locked", "staff.lacks"].includes(codeOf(error))) {
				void client.invalidateQueries({ queryKey: keys.me });
			}
		},
	});
}

function Fields({
	customer,
	contactId,
	caller,
	arriving,
	ticketId = null,
}: RedeemFormProps & { contactId: string }) {
	const t = useWords(deskWords);
	const visit = useWords(visitWords);
	const [digits, setDigits] = useState("");
	const [missing, setMissing] = useState<string[]>([]);
	const pin = useRef<HTMLInputElement>(null);
	const redeemed = { customer: customer.id, contact: contactId, ticket: ticketId };
	const redeem = useRedeem(redeemed, () => {
		setDigits("");
		pin.current?.focus();
	});
	const refused = redeem.error instanceof Problem ? redeem.error.fields : {};
	const errorOf = (name: string) => {
		if (missing.includes(name)) return t.required;
		return name in refused ? t.check : undefined;
	};
	const submit = (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		const reason = reasonOf(event);
		const from = field(event, "record.from");
		const lacking = [
			...(judge(digits) === "plausible" ? [] : ["digits"]),
			...(reason.text ? [] : ["reason.text"]),
			...(from ? [] : ["record.from"]),
		];
		setMissing(lacking);
		const [first] = lacking;
		if (first) {
			event.currentTarget.querySelector<HTMLInputElement>(`[name="${first}"]`)?.focus();
			return;
		}
		redeem.mutate({
			digits,
			reason,
			channel: field(event, "record.channel") as Channel,
			from,
			note: field(event, "record.note"),
		});
	};
	return (
		<form className="stack" onSubmit={submit} noValidate>
			<PinField
				ref={pin}
				digits={digits}
				autoFocus={arriving}
				asked={missing.includes("digits")}
				onDigits={(typed) => setDigits(onlyDigits(typed))}
			/>
			<ReasonFields error={errorOf("reason.text")} />
			<div className={classes.pair}>
				<NativeSelect
					name="record.channel"
					label={t.channel}
					size="md"
					data={channels.map((value) => ({ value, label: say(visit, `channel_${value}`) }))}
				/>
				<TextInput
					name="record.from"
					label={t.from}
					autoComplete="off"
					maxLength={200}
					size="md"
					defaultValue={caller}
					error={errorOf("record.from")}
				/>
			</div>
			<TextInput name="record.note" label={t.note} autoComplete="off" maxLength={1000} size="md" />
			<Refused error={redeem.error} />
			<div>
				<Button type="submit" size="md" loading={redeem.isPending}>
					{t.redeem} <span aria-hidden="true">&nbsp;↵</span>
				</Button>
			</div>
		</form>
	);
}

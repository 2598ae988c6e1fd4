// Who is on the phone: the customer's contacts, and whether each may ask for support.
import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { api, ask } from "../shared/api/client";
import type { Customer } from "../shared/api/types";
import { Refused } from "../shared/frame/states";
import { useWords } from "../shared/words/language";
import classes from "./desk.module.css";
import { deskWords } from "./words";

interface ContactChoiceProps {
	customer: Customer;
	chosen: string | null;
	/** There is no PIN field to take the focus. */
	autoFocus: boolean;
	canDeactivate: boolean;
	onChoose(id: string): void;
}

export function ContactChoice({
	customer,
	chosen,
	autoFocus,
	canDeactivate,
	onChoose,
}: ContactChoiceProps) {
	const t = useWords(deskWords);
	if (customer.contacts.length === 0) return <p className="sheet">{t.whoNobody}</p>;
	return (
		<div>
			<fieldset className={classes.contacts}>
				<legend>{t.who}</legend>
				{customer.contacts.map((contact) => (
					<label key={contact.id} className={classes.contact}>
						<input
							type="radio"
							name="contact"
							// biome-ignore lint/a11y/noAutofocus: whoever arrives by keyboard goes on from here
							autoFocus={autoFocus && contact.id === chosen}
							checked={contact.id === chosen}
							onChange={() => onChoose(contact.id)}
						/>
						<span>{contact.name}</span>
						<span className="soft small">{contact.support ? t.support : t.noSupport}</span>
					</label>
				))}
			</fieldset>
			{chosen && canDeactivate ? <Deactivate customer={customer.id} contact={chosen} /> : null}
		</div>
	);
}

/** Staff can make a PIN invalid that was not redeemed (rule B8). */
function Deactivate({ customer, contact }: { customer: string; contact: string }) {
	const t = useWords(deskWords);
	const deactivate = useMutation({
		mutationFn: () =>
			ask(
				api.POST("/customers/{id}/contacts/{contact_id}/pin/deactivate", {
					params: { path: { id: customer, contact_id: contact } },
				}),
			),
	});
	return (
		<div className="row">
			<Button
				variant="subtle"
				size="compact-sm"
				loading={deactivate.isPending}
				onClick={() => deactivate.mutate()}
			>
				{t.deactivate}
			</Button>
			<span role="status" className="soft small">
				{deactivate.isSuccess ? t.deactivated : null}
			</span>
			<Refused error={deactivate.error} />
		</div>
	);
}

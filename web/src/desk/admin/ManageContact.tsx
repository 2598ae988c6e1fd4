// One contact as admins keep it: name, role, rights, and whose user they are in each product.
import { Button, Checkbox, NativeSelect, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import type { ContactEdit, Customer, ListedContact, ProductRef } from "../../shared/api/types";
import { Refused } from "../../shared/frame/states";
import { frameWords } from "../../shared/frame/words";
import { field } from "../../shared/signin/forms";
import { say } from "../../shared/words/dictionary";
import { useLanguage, useWords } from "../../shared/words/language";
import { day } from "../../shared/words/time";
import classes from "./admin.module.css";
import { manageWords } from "./manageWords";
import { useContactChange } from "./queries";

interface ContactLineProps {
	customer: Customer;
	contact: ListedContact;
	products: readonly ProductRef[];
}

export function ContactLine({ customer, contact, products }: ContactLineProps) {
	const t = useWords(manageWords);
	const { language } = useLanguage();
	const [changing, setChanging] = useState(false);
	const [asking, setAsking] = useState(false);
	const change = useContactChange(customer.id, contact.id);
	const name = `${contact.first_name} ${contact.last_name}`;
	const rights = [
		contact.rights.support ? t.support : null,
		contact.rights.instruction ? t.instruction : null,
	];
	const users = products.map(
		(product) => `${product.name}: ${contact.product_users[product.id] ?? t.noUser}`,
	);
	return (
		<li className={classes.line}>
			<div>
				<p>
					<span className={classes.name}>{name}</span>{" "}
					<span className="soft">
						{say(t, contact.role)}
						{contact.active ? "" : ` · ○ ${t.left}`}
					</span>
				</p>
				<p className="soft small">{rights.filter(Boolean).join(" · ")}</p>
				<p className="soft small">{users.join(" · ")}</p>
				<p role="status" className="small">
					{change.data
						? change.data.waits_until
							? t.waits(day(change.data.waits_until, language))
							: t.done
						: ""}
				</p>
				<Refused error={change.error} />
			</div>
			{customer.active ? (
				<div className="row">
					{contact.active ? (
						<Button
							variant="default"
							size="sm"
							aria-expanded={changing}
							onClick={() => setChanging(!changing)}
						>
							{t.change}
						</Button>
					) : null}
					<Button
						variant="default"
						size="sm"
						loading={change.isPending}
						onBlur={() => setAsking(false)}
						onClick={() => {
							// Removing ends what they opened: it is asked once more.
							if (contact.active && !asking) setAsking(true);
							else change.mutate({ active: !contact.active });
						}}
					>
						{contact.active ? (asking ? t.removeNow : t.remove) : t.restore}
					</Button>
				</div>
			) : null}
			{changing && contact.active ? (
				<ContactEditForm
					contact={contact}
					products={products}
					busy={change.isPending}
					onCancel={() => setChanging(false)}
					onSave={(edit) => {
						if (Object.keys(edit).length === 0) setChanging(false);
						else change.mutate(edit, { onSuccess: () => setChanging(false) });
					}}
				/>
			) : null}
		</li>
	);
}

/** Only what differs is asked for. */
export function edited(
	contact: ListedContact,
	wanted: Required<Omit<ContactEdit, "active">>,
): ContactEdit {
	const edit: ContactEdit = {};
	const renamed =
		wanted.first_name !== contact.first_name || wanted.last_name !== contact.last_name;
	// Whoever has to agree sees the whole name.
	if (renamed) Object.assign(edit, { first_name: wanted.first_name, last_name: wanted.last_name });
	if (wanted.role !== contact.role) edit.role = wanted.role;
	if (wanted.support !== contact.rights.support) edit.support = wanted.support;
	if (wanted.instruction !== contact.rights.instruction) edit.instruction = wanted.instruction;
	const users = Object.entries(wanted.product_users ?? {}).filter(
		([product, user]) => user !== (contact.product_users[product] ?? ""),
	);
	if (users.length > 0) edit.product_users = Object.fromEntries(users);
	return edit;
}

interface ContactEditFormProps {
	contact: ListedContact;
	products: readonly ProductRef[];
	busy: boolean;
	onSave(edit: ContactEdit): void;
	onCancel(): void;
}

function ContactEditForm({ contact, products, busy, onSave, onCancel }: ContactEditFormProps) {
	const t = useWords(manageWords);
	const frame = useWords(frameWords);
	const submit = (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		onSave(
			edited(contact, {
				first_name: field(event, "first"),
				last_name: field(event, "last"),
				role: field(event, "role"),
				support: field(event, "support") === "on",
				instruction: field(event, "instruction") === "on",
				product_users: Object.fromEntries(
					products.map((product) => [product.id, field(event, `user-${product.id}`)]),
				),
			}),
		);
	};
	return (
		<form
			className={`stack ${classes.full}`}
			aria-label={`${contact.first_name} ${contact.last_name}`}
			onSubmit={submit}
		>
			<div className={classes.pair}>
				<TextInput
					name="first"
					label={t.firstName}
					defaultValue={contact.first_name}
					required
					maxLength={200}
				/>
				<TextInput
					name="last"
					label={t.lastName}
					defaultValue={contact.last_name}
					required
					maxLength={200}
				/>
			</div>
			<NativeSelect
				name="role"
				label={t.role}
				defaultValue={contact.role}
				data={(["owner", "admin", "member"] as const).map((value) => ({ value, label: t[value] }))}
			/>
			<Checkbox name="support" label={t.support} defaultChecked={contact.rights.support} />
			<Checkbox
				name="instruction"
				label={t.instruction}
				defaultChecked={contact.rights.instruction}
			/>
			{products.map((product) => (
				<TextInput
					key={product.id}
					name={`user-${product.id}`}
					label={t.user(product.name)}
					description={t.usersHint}
					defaultValue={contact.product_users[product.id] ?? ""}
					maxLength={200}
				/>
			))}
			<div className="row">
				<Button type="submit" loading={busy}>
					{t.save}
				</Button>
				<Button variant="default" onClick={onCancel}>
					{frame.cancel}
				</Button>
			</div>
		</form>
	);
}

// One customer as admins keep it: name, number, group, whether it is one still, and its contacts.
import { Button, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Link, useParams } from "react-router";
import { api, ask } from "../../shared/api/client";
import { keys } from "../../shared/api/keys";
import { codeOf } from "../../shared/api/problem";
import type { Customer, CustomerEdit } from "../../shared/api/types";
import { Broken, Empty, Loading, Refused } from "../../shared/frame/states";
import { useTitle } from "../../shared/frame/title";
import { frameWords } from "../../shared/frame/words";
import { field } from "../../shared/signin/forms";
import { useLanguage, useWords } from "../../shared/words/language";
import { codeText } from "../../shared/words/refusals";
import classes from "./admin.module.css";
import { ContactLine } from "./ManageContact";
import { manageWords } from "./manageWords";
import { groupOf, useCustomerChange, useListedContacts, useProducts } from "./queries";

export default function ManageCustomer() {
	const t = useWords(manageWords);
	const { language } = useLanguage();
	const { id = "" } = useParams();
	const customer = useQuery({
		queryKey: keys.customer(id),
		queryFn: () => ask(api.GET("/customers/{id}", { params: { path: { id } } })),
	});
	useTitle(customer.data?.name);
	if (customer.isPending) return <Loading lines={6} />;
	if (!customer.data) {
		if (["not_found", "http.404"].includes(codeOf(customer.error))) {
			return <Empty>{codeText("not_found", "", language)}</Empty>;
		}
		return <Broken error={customer.error} again={() => customer.refetch()} />;
	}
	return (
		<div className={`stack-wide ${classes.page}`}>
			<header className="stack-close">
				<p className="row small">
					<Link to="/desk/customers">← {t.toList}</Link>
					<Link to={`/desk/customers/${id}`}>{t.toDesk}</Link>
				</p>
				<h1>{customer.data.name}</h1>
				{customer.data.active ? null : <p className="soft">○ {t.inactive}</p>}
			</header>
			<CustomerEditForm key={customer.data.id} customer={customer.data} />
			<Contacts customer={customer.data} />
			<Activity customer={customer.data} />
		</div>
	);
}

/** Only what differs is sent: nothing that somebody else changed meanwhile is undone. */
async function difference(
	customer: Customer,
	wanted: { name: string; number: string; group: string },
): Promise<CustomerEdit> {
	const edit: CustomerEdit = {};
	if (wanted.name !== customer.name) edit.name = wanted.name;
	if (wanted.number !== customer.number) edit.number = wanted.number;
	if (wanted.group !== (customer.group ?? "")) {
		if (wanted.group) edit.group_id = await groupOf(wanted.group);
		else edit.ungrouped = true;
	}
	return edit;
}

function CustomerEditForm({ customer }: { customer: Customer }) {
	const t = useWords(manageWords);
	const change = useCustomerChange(customer.id);
	const [saved, setSaved] = useState(false);
	const [broken, setBroken] = useState<unknown>(null);
	const submit = async (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		setSaved(false);
		setBroken(null);
		const wanted = {
			name: field(event, "name"),
			number: field(event, "number"),
			group: field(event, "group"),
		};
		try {
			const edit = await difference(customer, wanted);
			if (Object.keys(edit).length > 0) await change.mutateAsync(edit);
			setSaved(true);
		} catch (error) {
			setBroken(error);
		}
	};
	return (
		<form
			className="stack"
			aria-label={t.customer}
			onSubmit={(event) => void submit(event)}
			onChange={() => setSaved(false)}
		>
			<div className={classes.pair}>
				<TextInput
					name="name"
					label={t.name}
					defaultValue={customer.name}
					required
					maxLength={200}
				/>
				<TextInput
					name="number"
					label={t.number}
					defaultValue={customer.number}
					required
					maxLength={20}
				/>
			</div>
			<TextInput
				name="group"
				label={t.group}
				description={t.groupHint}
				defaultValue={customer.group ?? ""}
				maxLength={200}
			/>
			<Refused error={broken} />
			<div className="row">
				<Button type="submit" loading={change.isPending}>
					{t.save}
				</Button>
				<span role="status">{saved ? t.saved : ""}</span>
			</div>
		</form>
	);
}

function Contacts({ customer }: { customer: Customer }) {
	const t = useWords(manageWords);
	const contacts = useListedContacts(customer.id);
	const products = useProducts();
	return (
		<section aria-labelledby="contacts" className="stack">
			<h2 id="contacts">{t.contacts}</h2>
			<p className="soft small">{t.waitsHint}</p>
			{contacts.isPending ? <Loading lines={4} /> : null}
			{contacts.isError ? <Broken error={contacts.error} again={() => contacts.refetch()} /> : null}
			{contacts.data?.length === 0 ? <Empty>{t.noContacts}</Empty> : null}
			<ul className="plain-list">
				{contacts.data?.map((contact) => (
					<ContactLine
						key={contact.id}
						customer={customer}
						contact={contact}
						products={products.data ?? []}
					/>
				))}
			</ul>
		</section>
	);
}

function Activity({ customer }: { customer: Customer }) {
	const t = useWords(manageWords);
	const frame = useWords(frameWords);
	const change = useCustomerChange(customer.id);
	const [asking, setAsking] = useState(false);
	const set = (active: boolean) => change.mutate({ active }, { onSuccess: () => setAsking(false) });
	return (
		<section className={classes.danger} aria-label={customer.active ? t.leave : t.back}>
			<p>{customer.active ? t.leaveText : t.backText}</p>
			<Refused error={change.error} />
			{customer.active && asking ? (
				<div className="row">
					<Button color="red" loading={change.isPending} onClick={() => set(false)}>
						{t.leaveNow}
					</Button>
					<Button variant="default" onClick={() => setAsking(false)}>
						{frame.cancel}
					</Button>
				</div>
			) : (
				<Button
					variant="default"
					loading={change.isPending}
					onClick={() => (customer.active ? setAsking(true) : set(true))}
				>
					{customer.active ? t.leave : t.back}
				</Button>
			)}
		</section>
	);
}

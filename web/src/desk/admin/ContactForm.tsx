import { Button, Checkbox, NativeSelect, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { api, ask } from "../../shared/api/client";
import { Problem } from "../../shared/api/problem";
import type { CustomerFound, Language, NewContact } from "../../shared/api/types";
import { Secret } from "../../shared/frame/Secret";
import { Refused } from "../../shared/frame/states";
import { field } from "../../shared/signin/forms";
import { sameName } from "../../shared/words/fold";
import { useLanguage, useWords } from "../../shared/words/language";
import { useProducts } from "./queries";
import { adminWords } from "./words";

/** The one customer that a number or a whole name means; the first word of a problem otherwise. */
export function pick(
	typed: string,
	found: readonly CustomerFound[],
): CustomerFound | "none" | "many" {
	const text = sameName(typed);
	const exact = found.filter((one) => [sameName(one.number), sameName(one.name)].includes(text));
	const fitting = exact.length > 0 ? exact : found;
	const [only] = fitting;
	if (!only) return "none";
	return fitting.length === 1 ? only : "many";
}

/** "a, b" → ["a", "b"] */
export function list(text: string): string[] {
	return text
		.split(/[,;\n]/)
		.map((part) => part.trim())
		.filter(Boolean);
}

/** A new contact of a customer; the activation code is shown once. */
export function ContactForm() {
	const t = useWords(adminWords);
	const { language } = useLanguage();
	const products = useProducts();
	const create = useMutation({
		mutationFn: async ({ customer, body }: { customer: string; body: NewContact }) => {
			const query = { q: customer, limit: 10 };
			const found = await ask(api.GET("/customers", { params: { query } }));
			const one = pick(customer, found.items);
			if (one === "none") throw new Problem("local", 0, t.noCustomer);
			if (one === "many") throw new Problem("local", 0, t.manyCustomers);
			return ask(api.POST("/customers/{id}/contacts", { params: { path: { id: one.id } }, body }));
		},
	});
	const lines = products.data ?? [];
	const submit = (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		const users = lines.flatMap((product) => {
			const user = field(event, `user-${product.id}`);
			return user ? [[product.id, user] as const] : [];
		});
		create.mutate({
			customer: field(event, "customer"),
			body: {
				first_name: field(event, "first"),
				last_name: field(event, "last"),
				role: field(event, "role") as NewContact["role"],
				rights: {
					support: field(event, "support") === "on",
					instruction: field(event, "instruction") === "on",
				},
				addresses: list(field(event, "addresses")),
				phones: list(field(event, "phones")),
				language: field(event, "language") as Language,
				product_users: Object.fromEntries(users),
			},
		});
	};
	return (
		<form className="stack" onSubmit={submit}>
			<TextInput name="customer" label={t.ofCustomer} required />
			<TextInput name="first" label={t.firstName} required maxLength={100} />
			<TextInput name="last" label={t.lastName} required maxLength={100} />
			<NativeSelect
				name="role"
				label={t.role}
				defaultValue="member"
				data={(["owner", "admin", "member"] as const).map((value) => ({ value, label: t[value] }))}
			/>
			<Checkbox name="support" label={t.rightSupport} />
			<Checkbox name="instruction" label={t.rightInstruction} />
			<TextInput name="addresses" label={t.addresses} description={t.addressesHint} required />
			<TextInput name="phones" label={t.phones} description={t.phonesHint} />
			<NativeSelect
				name="language"
				label={t.language}
				defaultValue={language}
				data={[
					{ value: "de", label: "Deutsch" },
					{ value: "en", label: "English" },
				]}
			/>
			{lines.map((product) => (
				<TextInput
					key={product.id}
					name={`user-${product.id}`}
					label={t.users(product.name)}
					description={t.usersHint}
				/>
			))}
			<Refused error={create.error} />
			<div>
				<Button type="submit" loading={create.isPending}>
					{t.create}
				</Button>
			</div>
			<div role="status">
				{create.data ? (
					<div className="sheet stack">
						{create.data.contact && create.data.activation_code ? (
							<>
								<p>{t.created(create.data.contact.name)}</p>
								<Secret label={t.code} value={create.data.activation_code} />
								<p className="soft">{t.codeHint}</p>
							</>
						) : (
							<p>{t.contactWaits}</p>
						)}
					</div>
				) : null}
			</div>
		</form>
	);
}

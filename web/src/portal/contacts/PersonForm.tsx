// A contact's name, address, role and rights; for one who is there, only role and rights.
import { Button, Checkbox, NativeSelect, TextInput } from "@mantine/core";
import type { FormEvent } from "react";
import type { NewSupportContact, SupportContact } from "../../shared/api/types";
import { Refused } from "../../shared/frame/states";
import { field } from "../../shared/signin/forms";
import { useLanguage, useWords } from "../../shared/words/language";
import classes from "./contacts.module.css";
import { contactsWords } from "./words";

export type PersonValues = NewSupportContact;

interface PersonFormProps {
	title: string;
	contact?: SupportContact;
	busy: boolean;
	error: unknown;
	onSend(values: PersonValues): void;
	onCancel(): void;
}

export function PersonForm({ title, contact, busy, error, onSend, onCancel }: PersonFormProps) {
	const t = useWords(contactsWords);
	const { language } = useLanguage();
	const submit = (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		onSend({
			first_name: field(event, "first_name"),
			last_name: field(event, "last_name"),
			address: field(event, "address"),
			role: field(event, "role") as PersonValues["role"],
			support: field(event, "support") === "on",
			instruction: field(event, "instruction") === "on",
			language: (field(event, "language") || language) as PersonValues["language"],
		});
	};
	return (
		<form className={`stack ${classes.form}`} onSubmit={submit} aria-label={title}>
			<h3>{title}</h3>
			{contact ? null : <NewPerson />}
			<NativeSelect
				name="role"
				label={t.role}
				defaultValue={contact?.role ?? "member"}
				data={(["member", "admin", "owner"] as const).map((value) => ({
					value,
					label: t[`role_${value}`],
				}))}
			/>
			<fieldset className={`stack ${classes.rights}`}>
				<legend>{t.rights}</legend>
				<Checkbox
					name="support"
					label={t.rightSupport}
					description={t.rightSupportHint}
					defaultChecked={contact?.support ?? true}
				/>
				<Checkbox
					name="instruction"
					label={t.rightInstruction}
					description={t.rightInstructionHint}
					defaultChecked={contact?.instruction ?? false}
				/>
			</fieldset>
			<Refused error={error} />
			<div className="row">
				<Button type="submit" loading={busy}>
					{t.save}
				</Button>
				<Button variant="default" onClick={onCancel}>
					{t.cancel}
				</Button>
			</div>
		</form>
	);
}

function NewPerson() {
	const t = useWords(contactsWords);
	const { language } = useLanguage();
	return (
		<>
			<div className={classes.pair}>
				<TextInput
					name="first_name"
					label={t.firstName}
					required
					maxLength={100}
					autoComplete="off"
				/>
				<TextInput
					name="last_name"
					label={t.lastName}
					required
					maxLength={100}
					autoComplete="off"
				/>
			</div>
			<TextInput
				name="address"
				type="email"
				label={t.address}
				description={t.addressPersonal}
				required
				autoComplete="off"
			/>
			<NativeSelect
				name="language"
				label={t.language}
				defaultValue={language}
				data={[
					{ value: "de", label: "Deutsch" },
					{ value: "en", label: "English" },
				]}
			/>
		</>
	);
}

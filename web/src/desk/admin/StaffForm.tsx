import { Button, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { api, ask } from "../../shared/api/client";
import type { Role } from "../../shared/api/types";
import { Secret } from "../../shared/frame/Secret";
import { Refused } from "../../shared/frame/states";
import { TotpCode } from "../../shared/settings/TotpCode";
import { field } from "../../shared/signin/forms";
import { useWords } from "../../shared/words/language";
import { RoleChoice, rolesOf } from "../leads/RoleChoice";
import { adminWords } from "./words";

interface NewStaff {
	username: string;
	first_name: string;
	last_name: string;
	email: string;
	roles: Role[];
}

/** A new staff member (rule M5); password and TOTP key are shown once. */
export function StaffForm() {
	const t = useWords(adminWords);
	const create = useMutation({
		mutationFn: (body: NewStaff) => ask(api.POST("/staff", { body })),
	});
	const submit = (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		create.mutate({
			username: field(event, "username"),
			first_name: field(event, "first"),
			last_name: field(event, "last"),
			email: field(event, "email"),
			roles: rolesOf(event),
		});
	};
	return (
		<form className="stack" onSubmit={submit}>
			<TextInput name="username" label={t.username} required maxLength={60} autoComplete="off" />
			<TextInput name="first" label={t.firstName} required maxLength={100} />
			<TextInput name="last" label={t.lastName} required maxLength={100} />
			<TextInput name="email" type="email" label={t.email} required />
			<RoleChoice />
			<Refused error={create.error} />
			<div>
				<Button type="submit" loading={create.isPending}>
					{t.create}
				</Button>
			</div>
			<div role="status">
				{create.data ? (
					<div className="sheet stack">
						<p>{t.created(create.data.staff.name)}</p>
						<Secret label={t.password} value={create.data.password_once} />
						<p>{t.totp}</p>
						<TotpCode url={create.data.totp_url} />
						<p className="soft">{t.once}</p>
					</div>
				) : null}
			</div>
		</form>
	);
}

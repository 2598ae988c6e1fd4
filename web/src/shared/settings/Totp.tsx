// The second factor: a contact's choice, a duty for staff.
import { Button, PasswordInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { api, ask } from "../api/client";
import { keys } from "../api/keys";
import type { Me } from "../api/types";
import { Refused } from "../frame/states";
import { field, secretField, TotpInput } from "../signin/forms";
import { signInWords } from "../signin/words";
import { useWords } from "../words/language";
import { TotpCode } from "./TotpCode";
import { settingsWords } from "./words";

export function Totp({ me }: { me: Me }) {
	const t = useWords(settingsWords);
	return (
		<section className="stack">
			<h2>{t.totp}</h2>
			{me.contact ? null : <p>{t.totpStaff}</p>}
			{me.contact?.totp === true ? <TurnOff /> : null}
			{me.contact?.totp === false ? <TurnOn /> : null}
		</section>
	);
}

function useMeAgain(): () => void {
	const client = useQueryClient();
	return () => void client.invalidateQueries({ queryKey: keys.me });
}

function TurnOn() {
	const t = useWords(settingsWords);
	const again = useMeAgain();
	const start = useMutation({ mutationFn: () => ask(api.POST("/totp")) });
	const confirm = useMutation({
		mutationFn: (code: string) => ask(api.POST("/totp/confirm", { body: { code } })),
		onSuccess: again,
	});
	const submit = (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		confirm.mutate(field(event, "totp").replaceAll(/\D/g, ""));
	};
	if (!start.data) {
		return (
			<>
				<p className="soft">{t.totpOff}</p>
				<Refused error={start.error} />
				<div>
					<Button variant="default" loading={start.isPending} onClick={() => start.mutate()}>
						{t.totpStart}
					</Button>
				</div>
			</>
		);
	}
	return (
		<form className="stack" onSubmit={submit}>
			<TotpCode url={start.data.otpauth_url} />
			<TotpInput />
			<Refused error={confirm.error} />
			<div>
				<Button type="submit" loading={confirm.isPending}>
					{t.totpConfirm}
				</Button>
			</div>
		</form>
	);
}

function TurnOff() {
	const t = useWords(settingsWords);
	const words = useWords(signInWords);
	const again = useMeAgain();
	const remove = useMutation({
		mutationFn: (body: { password: string; code: string }) =>
			ask(api.POST("/totp/remove", { body })),
		onSuccess: again,
	});
	const submit = (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		const code = field(event, "totp").replaceAll(/\D/g, "");
		remove.mutate({ password: secretField(event, "password"), code });
	};
	return (
		<form className="stack" onSubmit={submit}>
			<p>{t.totpOn}</p>
			<PasswordInput
				name="password"
				label={words.password}
				autoComplete="current-password"
				required
			/>
			<TotpInput />
			<Refused error={remove.error} />
			<div>
				<Button type="submit" variant="default" loading={remove.isPending}>
					{t.totpRemove}
				</Button>
			</div>
		</form>
	);
}

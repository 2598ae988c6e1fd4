// A guest's first steps (rule M6): the code that was handed over, then an authenticator app and a password.
import { TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Link } from "react-router";
import { api, ask } from "../api/client";
import type { GuestStart as Start } from "../api/types";
import { Refused } from "../frame/states";
import { useTitle } from "../frame/title";
import { TotpCode } from "../settings/TotpCode";
import { useWords } from "../words/language";
import { field, secretField, TotpInput } from "./forms";
import { useFragmentToken } from "./LinkPage";
import { NewPassword, PASSWORD_MIN } from "./NewPassword";
import { SubmitButton, Threshold, useEnter } from "./SignIn";
import { signInWords } from "./words";

export function GuestStart() {
	const t = useWords(signInWords);
	const token = useFragmentToken();
	const [code, setCode] = useState("");
	const look = useMutation({
		mutationFn: (typed: string) =>
			ask(api.POST("/guests/activation/look", { body: { token: token ?? "", code: typed } })),
	});
	useTitle(t.activationTitle);
	const submit = (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		const typed = field(event, "code");
		setCode(typed);
		look.mutate(typed);
	};
	if (!token) {
		return (
			<Threshold title={t.activationTitle}>
				<p>
					{t.linkMissing} <Link to="/sign-in">{t.toSignIn}</Link>
				</p>
			</Threshold>
		);
	}
	return (
		<Threshold title={t.activationTitle}>
			{look.data ? (
				<Second token={token} code={code} start={look.data} />
			) : (
				<form className="stack" onSubmit={submit}>
					<p>{t.guestText}</p>
					<TextInput name="code" label={t.code} autoComplete="off" required size="md" />
					<Refused error={look.error} />
					<SubmitButton busy={look.isPending}>{t.next}</SubmitButton>
				</form>
			)}
		</Threshold>
	);
}

interface SecondProps {
	token: string;
	code: string;
	start: Start;
}

function Second({ token, code, start }: SecondProps) {
	const t = useWords(signInWords);
	const enter = useEnter();
	const [short, setShort] = useState(false);
	const activate = useMutation({
		mutationFn: (body: { password: string; totp: string }) =>
			ask(api.POST("/guests/activation", { body: { token, code, ...body } })),
		onSuccess: enter,
	});
	const submit = (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		const password = secretField(event, "password");
		setShort(password.length < PASSWORD_MIN);
		if (password.length < PASSWORD_MIN) return;
		activate.mutate({ password, totp: field(event, "totp") });
	};
	return (
		<form className="stack" onSubmit={submit}>
			<p>{t.guestHello(start.name, start.username)}</p>
			<TotpCode url={start.totp_url} />
			<TotpInput />
			<NewPassword short={short} />
			<Refused error={activate.error} />
			<SubmitButton busy={activate.isPending}>{t.activate}</SubmitButton>
		</form>
	);
}

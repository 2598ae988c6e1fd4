// A new contact's first steps: the code from the provider, and a password of their own.
import { TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Link } from "react-router";
import { api, ask } from "../api/client";
import { Refused } from "../frame/states";
import { useTitle } from "../frame/title";
import { useWords } from "../words/language";
import { field, secretField } from "./forms";
import { useFragmentToken } from "./LinkPage";
import { NewPassword, PASSWORD_MIN } from "./NewPassword";
import { SubmitButton, Threshold, useEnter } from "./SignIn";
import { signInWords } from "./words";

export function Activation() {
	const t = useWords(signInWords);
	const token = useFragmentToken();
	const enter = useEnter();
	const [short, setShort] = useState(false);
	const activate = useMutation({
		mutationFn: (body: { token: string; code: string; password: string }) =>
			ask(api.POST("/activation", { body })),
		onSuccess: enter,
	});
	useTitle(t.activationTitle);
	const submit = (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		const password = secretField(event, "password");
		setShort(password.length < PASSWORD_MIN);
		if (password.length < PASSWORD_MIN) return;
		activate.mutate({ token, code: field(event, "code"), password });
	};
	return (
		<Threshold title={t.activationTitle}>
			{token ? (
				<form className="stack" onSubmit={submit}>
					<p>{t.activationText}</p>
					<TextInput name="code" label={t.code} autoComplete="off" required size="md" />
					<NewPassword short={short} />
					<Refused error={activate.error} />
					<SubmitButton busy={activate.isPending}>{t.activate}</SubmitButton>
				</form>
			) : (
				<p>
					{t.linkMissing} <Link to="/sign-in">{t.toSignIn}</Link>
				</p>
			)}
		</Threshold>
	);
}

// “Forgot your password?”: a link by mail. The answer is the same whether the name is known or not.
import { Button, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { Link, useSearchParams } from "react-router";
import { api, ask } from "../api/client";
import { Refused } from "../frame/states";
import { useTitle } from "../frame/title";
import { field } from "../signin/forms";
import { Threshold } from "../signin/SignIn";
import { signInWords } from "../signin/words";
import { useWords } from "../words/language";
import { recoveryWords } from "./words";

export function AskPage() {
	const t = useWords(recoveryWords);
	const s = useWords(signInWords);
	const [search] = useSearchParams();
	const staff = search.get("as") === "staff";
	const provider = search.get("provider");
	const send = useMutation({
		mutationFn: (name: { address: string } | { username: string }) =>
			ask(api.POST("/recovery/link", { body: { ...name, ...(provider ? { provider } : {}) } })),
	});
	useTitle(t.askTitle);
	const submit = (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		const typed = field(event, "name");
		send.mutate(staff ? { username: typed } : { address: typed });
	};
	return (
		<Threshold title={t.askTitle}>
			<form className="stack" onSubmit={submit}>
				<p>{staff ? t.askTextStaff : t.askText}</p>
				<TextInput
					name="name"
					type={staff ? "text" : "email"}
					label={staff ? s.username : s.address}
					autoComplete="username"
					required
					size="md"
				/>
				<Refused error={send.error} />
				<Button type="submit" size="md" loading={send.isPending}>
					{t.send}
				</Button>
				<div role="status">{send.isSuccess ? <p>{t.sent}</p> : null}</div>
				<p>
					<Link to={`/sign-in?${search}`}>{s.toSignIn}</Link>
				</p>
			</form>
		</Threshold>
	);
}

import { Button, PasswordInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, ask } from "../api/client";
import { Refused } from "../frame/states";
import { secretField } from "../signin/forms";
import { PASSWORD_MIN } from "../signin/NewPassword";
import { useWords } from "../words/language";
import { settingsWords } from "./words";

/** Changing one's own password. */
export function PasswordForm() {
	const t = useWords(settingsWords);
	const [short, setShort] = useState(false);
	const change = useMutation({
		mutationFn: ({ body }: { body: { current: string; new: string }; form: HTMLFormElement }) =>
			ask(api.POST("/password", { body })),
		onSuccess: (_, { form }) => form.reset(),
	});
	const submit = (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		const next = secretField(event, "new");
		setShort(next.length < PASSWORD_MIN);
		if (next.length < PASSWORD_MIN) return;
		const body = { current: secretField(event, "current"), new: next };
		change.mutate({ body, form: event.currentTarget });
	};
	return (
		<section className="stack">
			<h2>{t.password}</h2>
			<form className="stack" onSubmit={submit}>
				<PasswordInput name="current" label={t.current} autoComplete="current-password" required />
				<PasswordInput
					name="new"
					label={t.next}
					description={t.nextHint}
					autoComplete="new-password"
					error={short ? t.tooShort : undefined}
					required
				/>
				<Refused error={change.error} />
				<div className="row">
					<Button type="submit" variant="default" loading={change.isPending}>
						{t.change}
					</Button>
					<span role="status">{change.isSuccess ? t.changed : null}</span>
				</div>
			</form>
		</section>
	);
}

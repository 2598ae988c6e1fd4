// Approved: what is lost is set again, and nothing else.
import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, ask } from "../api/client";
import { Refused } from "../frame/states";
import { TotpCode } from "../settings/TotpCode";
import { field, secretField, TotpInput } from "../signin/forms";
import { NewPassword, PASSWORD_MIN } from "../signin/NewPassword";
import { SubmitButton } from "../signin/SignIn";
import { useLanguage, useWords } from "../words/language";
import { clock, day } from "../words/time";
import type { StepProps } from "./RecoveryPage";
import { recoveryWords } from "./words";

interface Typed {
	password: string;
	totp?: string;
	code?: string;
}

export function Ready({ own, recoveryKey, onDone }: StepProps) {
	const t = useWords(recoveryWords);
	const { language } = useLanguage();
	const [short, setShort] = useState(false);
	const keeps = own.lost === "codes";
	const secret = useMutation({
		mutationFn: () => ask(api.POST("/recovery/totp", { body: { key: recoveryKey } })),
	});
	const finish = useMutation({
		mutationFn: (body: Typed) =>
			ask(api.POST("/recovery/finish", { body: { key: recoveryKey, ...body } })),
		onSuccess: onDone,
	});
	const submit = (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		const password = secretField(event, "password");
		const tooShort = !keeps && password.length < PASSWORD_MIN;
		setShort(tooShort);
		if (tooShort) return;
		const totp = field(event, "totp").replaceAll(/\D/g, "");
		const code = field(event, "code");
		finish.mutate({ password, ...(totp ? { totp } : {}), ...(code ? { code } : {}) });
	};
	const shown = !own.sets_codes || secret.data;
	return (
		<form className="stack" onSubmit={submit}>
			<h2>{t.readyTitle}</h2>
			<p className="soft">
				{t.readyUntil(`${day(own.expires_at, language)}, ${clock(own.expires_at, language)}`)}
			</p>
			{own.needs_code ? (
				<TextInput name="code" label={t.handedCode} autoComplete="off" required size="md" />
			) : null}
			{keeps ? (
				<PasswordInput
					name="password"
					label={t.oldPassword}
					autoComplete="current-password"
					required
					size="md"
				/>
			) : (
				<NewPassword short={short} />
			)}
			{own.sets_codes ? (
				<>
					<p>{t.codesText}</p>
					{secret.data ? (
						<>
							<TotpCode url={secret.data.otpauth_url} />
							<TotpInput />
						</>
					) : (
						<div>
							<Button variant="default" loading={secret.isPending} onClick={() => secret.mutate()}>
								{t.codesShow}
							</Button>
						</div>
					)}
					<Refused error={secret.error} />
				</>
			) : null}
			<p className="soft">{t.finishText}</p>
			<Refused error={finish.error} />
			{shown ? <SubmitButton busy={finish.isPending}>{t.finish}</SubmitButton> : null}
		</form>
	);
}

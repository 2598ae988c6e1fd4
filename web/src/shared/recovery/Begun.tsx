// The link is open: with the own one-time code at once, otherwise by asking for approval.
import { Button, PasswordInput, Radio } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, ask } from "../api/client";
import type { OwnRecovery } from "../api/types";
import { Refused } from "../frame/states";
import { field, secretField, TotpInput } from "../signin/forms";
import { NewPassword, PASSWORD_MIN } from "../signin/NewPassword";
import { SubmitButton } from "../signin/SignIn";
import { say } from "../words/dictionary";
import { useWords } from "../words/language";
import type { StepProps } from "./RecoveryPage";
import { recoveryWords } from "./words";

export function Begun(props: StepProps) {
	return (
		<>
			{props.own.own_code ? <OwnCode {...props} /> : null}
			<Approval {...props} />
		</>
	);
}

function OwnCode({ recoveryKey, onDone }: StepProps) {
	const t = useWords(recoveryWords);
	const [short, setShort] = useState(false);
	const finish = useMutation({
		mutationFn: (body: { password: string; totp: string }) =>
			ask(api.POST("/recovery/finish", { body: { key: recoveryKey, ...body } })),
		onSuccess: onDone,
	});
	const submit = (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		const password = secretField(event, "password");
		setShort(password.length < PASSWORD_MIN);
		if (password.length < PASSWORD_MIN) return;
		finish.mutate({ password, totp: field(event, "totp").replaceAll(/\D/g, "") });
	};
	return (
		<form className="stack" onSubmit={submit}>
			<h2>{t.ownTitle}</h2>
			<p>{t.ownText}</p>
			<TotpInput />
			<NewPassword short={short} />
			<Refused error={finish.error} />
			<SubmitButton busy={finish.isPending}>{t.ownButton}</SubmitButton>
		</form>
	);
}

/** What can be lost: without codes only the password. */
function choices(own: OwnRecovery): string[] {
	return own.has_codes ? ["password", "codes", "both", "closed"] : ["password"];
}

/** Who would have to agree, in a sentence. */
export function wayText(own: OwnRecovery, t: (typeof recoveryWords)["de"]): string {
	if (own.way === "colleague") return t.way_colleague(own.approvers.join(", "));
	return say(t, `way_${own.way}`);
}

function Approval({ own, recoveryKey, onChange }: StepProps) {
	const t = useWords(recoveryWords);
	const [lost, setLost] = useState("password");
	const request = useMutation({
		mutationFn: (body: { lost: string; password?: string }) =>
			ask(api.POST("/recovery/ask", { body: { key: recoveryKey, ...body } })),
		onSuccess: onChange,
	});
	const submit = (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		const password = secretField(event, "old");
		request.mutate({ lost, ...(lost === "codes" ? { password } : {}) });
	};
	const all = choices(own);
	return (
		<form className="stack" onSubmit={submit}>
			<h2>{own.own_code ? t.otherTitle : t.lost}</h2>
			{all.length > 1 ? (
				<Radio.Group label={t.lost} value={lost} onChange={setLost} name="lost">
					<div className="stack-close">
						{all.map((one) => (
							<Radio key={one} value={one} label={say(t, `lost_${one}`)} />
						))}
					</div>
				</Radio.Group>
			) : (
				<p>{t.lost_password}.</p>
			)}
			{lost === "codes" ? (
				<PasswordInput
					name="old"
					label={t.oldPassword}
					autoComplete="current-password"
					required
					size="md"
				/>
			) : null}
			<p className="soft">{wayText(own, t)}</p>
			<Refused error={request.error} />
			<div>
				<Button
					type="submit"
					size="md"
					variant={own.own_code ? "default" : "filled"}
					loading={request.isPending}
				>
					{t.askApproval}
				</Button>
			</div>
		</form>
	);
}

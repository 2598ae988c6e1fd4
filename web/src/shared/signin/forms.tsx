// The forms that turn a password (and a code) into a sign-in.
import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, ask } from "../api/client";
import { codeOf } from "../api/problem";
import type { Me } from "../api/types";
import { Refused } from "../frame/states";
import { useWords } from "../words/language";
import { signInWords } from "./words";

interface FormProps {
	provider: string;
	onDone(me: Me): void;
}

/** One field of a submitted form, without white space around it. */
export function field(event: FormEvent<HTMLFormElement>, name: string): string {
	const value = new FormData(event.currentTarget).get(name);
	return typeof value === "string" ? value.trim() : "";
}

/** A password is taken as typed. */
export function secretField(event: FormEvent<HTMLFormElement>, name: string): string {
	const value = new FormData(event.currentTarget).get(name);
	return typeof value === "string" ? value : "";
}

/** Six digits, as authenticator apps show them. */
export function TotpInput({ autoFocus = false }: { autoFocus?: boolean }) {
	const t = useWords(signInWords);
	return (
		<TextInput
			name="totp"
			label={t.totp}
			description={t.totpHint}
			inputMode="numeric"
			autoComplete="one-time-code"
			pattern="[0-9 ]{6,8}"
			maxLength={8}
			required
			size="md"
			data-autofocus={autoFocus || undefined}
		/>
	);
}

function digits(text: string): string {
	return text.replaceAll(/\D/g, "");
}

export function StaffForm({ provider, onDone }: FormProps) {
	const t = useWords(signInWords);
	const signIn = useMutation({
		mutationFn: (body: { provider: string; username: string; password: string; totp: string }) =>
			ask(api.POST("/sign-in/staff", { body })),
		onSuccess: onDone,
	});
	const submit = (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		signIn.mutate({
			provider,
			username: field(event, "username"),
			password: secretField(event, "password"),
			totp: digits(field(event, "totp")),
		});
	};
	return (
		<form className="stack" onSubmit={submit}>
			<TextInput name="username" label={t.username} autoComplete="username" required size="md" />
			<PasswordInput
				name="password"
				label={t.password}
				autoComplete="current-password"
				required
				size="md"
			/>
			<TotpInput />
			<Refused error={signIn.error} />
			<Button type="submit" size="md" loading={signIn.isPending}>
				{t.submit}
			</Button>
		</form>
	);
}

export function ContactForm({ provider, onDone }: FormProps) {
	const t = useWords(signInWords);
	const [address, setAddress] = useState("");
	const [missing, setMissing] = useState(false);
	const signIn = useMutation({
		mutationFn: (body: { provider: string; address: string; password: string; totp?: string }) =>
			ask(api.POST("/sign-in/contact", { body })),
		onSuccess: onDone,
	});
	const link = useMutation({
		mutationFn: () => ask(api.POST("/sign-in/link", { body: { provider, address } })),
	});
	const wantsTotp = codeOf(signIn.error) === "sign_in.totp_needed";
	const submit = (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		const totp = digits(field(event, "totp"));
		signIn.mutate({
			provider,
			address: address.trim(),
			password: secretField(event, "password"),
			...(totp ? { totp } : {}),
		});
	};
	const sendLink = () => {
		setMissing(!address.trim());
		if (address.trim()) link.mutate();
	};
	return (
		<form className="stack" onSubmit={submit}>
			<TextInput
				name="address"
				type="email"
				label={t.address}
				autoComplete="username"
				required
				size="md"
				value={address}
				error={missing ? t.linkNeedsAddress : undefined}
				onChange={(event) => setAddress(event.currentTarget.value)}
			/>
			<PasswordInput
				name="password"
				label={t.password}
				autoComplete="current-password"
				required
				size="md"
			/>
			{wantsTotp ? <TotpInput /> : null}
			<Refused error={signIn.error} />
			<Button type="submit" size="md" loading={signIn.isPending}>
				{t.submit}
			</Button>
			<Button variant="default" size="md" loading={link.isPending} onClick={sendLink}>
				{t.link}
			</Button>
			<div role="status">
				{link.isSuccess ? <p>{t.linkSent}</p> : <p className="soft small">{t.linkHint}</p>}
			</div>
			<Refused error={link.error} />
		</form>
	);
}

interface ConfirmProps {
	totp: boolean;
	onDone(me: Me): void;
	/** Where a dialog says already what this is for. */
	bare?: boolean;
}

/** Lifts a sign-in by mail link to password strength (rule X8). */
export function ConfirmForm({ totp, onDone, bare = false }: ConfirmProps) {
	const t = useWords(signInWords);
	const confirm = useMutation({
		mutationFn: (body: { password: string; totp?: string }) =>
			ask(api.POST("/sign-in/confirm", { body })),
		onSuccess: onDone,
	});
	const wantsTotp = totp || codeOf(confirm.error) === "sign_in.totp_needed";
	const submit = (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		const code = digits(field(event, "totp"));
		confirm.mutate({
			password: secretField(event, "password"),
			...(code ? { totp: code } : {}),
		});
	};
	return (
		<form className="stack" onSubmit={submit}>
			{bare ? (
				<p>{t.confirmActionText}</p>
			) : (
				<>
					<h3>{t.confirmTitle}</h3>
					<p className="soft">{t.confirmText}</p>
				</>
			)}
			<PasswordInput
				name="password"
				label={t.password}
				autoComplete="current-password"
				required
				size="md"
				data-autofocus
			/>
			{wantsTotp ? <TotpInput /> : null}
			<Refused error={confirm.error} />
			<Button type="submit" size="md" loading={confirm.isPending}>
				{t.confirm}
			</Button>
		</form>
	);
}

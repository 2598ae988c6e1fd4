// *Support*, top right on every page of the portal: one press shows the PIN (rule B6).
import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useLocation } from "react-router";
import { api, ask } from "../api/client";
import { serverNow } from "../api/clock";
import { keys } from "../api/keys";
import { codeOf } from "../api/problem";
import type { Me } from "../api/types";
import { SideSheet } from "../frame/Sheet";
import { Broken, Loading, Refused } from "../frame/states";
import { OpenRequests } from "../request/OpenRequests";
import { ConfirmForm } from "../signin/forms";
import { say } from "../words/dictionary";
import { useWords } from "../words/language";
import { Pin } from "./Pin";
import classes from "./pin.module.css";
import { pinWords } from "./words";

export function SupportSheet({ me }: { me: Me }) {
	const t = useWords(pinWords);
	const [opened, setOpened] = useState(false);
	const { key } = useLocation();
	// Whoever follows a link from the sheet wants to see where it leads.
	// biome-ignore lint/correctness/useExhaustiveDependencies: the place is what shuts it
	useEffect(() => setOpened(false), [key]);
	return (
		<>
			<Button size="md" onClick={() => setOpened(true)} aria-haspopup="dialog">
				{t.support}
			</Button>
			<SideSheet opened={opened} title={t.title} onClose={() => setOpened(false)}>
				<div className="stack">
					{me.contact?.rights.support === false ? (
						<NotAuthorised />
					) : me.strength === "link" ? (
						<Confirm me={me} />
					) : (
						<LivePin me={me} />
					)}
					<OpenRequests />
				</div>
			</SideSheet>
		</>
	);
}

function Confirm({ me }: { me: Me }) {
	const client = useQueryClient();
	return (
		<ConfirmForm
			totp={me.contact?.totp ?? false}
			onDone={(next) => client.setQueryData(keys.me, next)}
		/>
	);
}

/** Shown only while the sheet is open: asking is what issues a PIN. */
function LivePin({ me }: { me: Me }) {
	const t = useWords(pinWords);
	const client = useQueryClient();
	const pin = useQuery({
		queryKey: keys.pin,
		queryFn: () => ask(api.POST("/pin")),
		staleTime: 0,
	});
	const renew = useMutation({
		mutationFn: () => ask(api.POST("/pin/renew")),
		onSuccess: (next) => client.setQueryData(keys.pin, next),
	});
	useAgainAt(pin.data?.expires_at);
	const code = codeOf(pin.error);
	if (pin.isPending) return <Loading lines={3} />;
	if (pin.isError) {
		if (code === "pin.needs_confirmation" || code === "sign_in.needs_confirmation")
			return <Confirm me={me} />;
		if (code === "pin.not_authorised") return <NotAuthorised />;
		if (code === "pin.closed") return <p className={classes.warning}>{t.closed}</p>;
		return <Broken error={pin.error} again={() => pin.refetch()} />;
	}
	return (
		<>
			<Pin pin={pin.data} />
			<p className={classes.warning}>{t.warning}</p>
			<p className="soft">{t.once}</p>
			<div className="row">
				<Button variant="default" loading={renew.isPending} onClick={() => renew.mutate()}>
					{t.renew}
				</Button>
				<span role="status" className="soft small">
					{renew.isSuccess ? t.renewed : null}
				</span>
			</div>
			<Refused error={renew.error} />
		</>
	);
}

/** Asks for the next PIN when this one runs out (rule B9). */
function useAgainAt(at: string | undefined): void {
	const client = useQueryClient();
	useEffect(() => {
		if (!at) return;
		const wait = Math.max(1000, Date.parse(at) - serverNow() + 300);
		const timer = setTimeout(() => void client.invalidateQueries({ queryKey: keys.pin }), wait);
		return () => clearTimeout(timer);
	}, [client, at]);
}

function NotAuthorised() {
	const t = useWords(pinWords);
	const customer = useQuery({
		queryKey: keys.ownCustomer,
		queryFn: () => ask(api.GET("/customer")),
	});
	const people = customer.data?.contacts.filter((contact) => contact.rights.support) ?? [];
	return (
		<>
			<p className={classes.warning}>{t.notAuthorised}</p>
			{customer.isPending ? <Loading lines={2} /> : null}
			{customer.isError ? <Broken error={customer.error} again={() => customer.refetch()} /> : null}
			{customer.data ? (
				<div>
					<p>{people.length > 0 ? t.authorised : t.nobody}</p>
					<ul>
						{people.map((person) => (
							<li key={person.id}>
								{person.name} <span className="soft">({say(t, `role_${person.role}`)})</span>
							</li>
						))}
					</ul>
				</div>
			) : null}
		</>
	);
}

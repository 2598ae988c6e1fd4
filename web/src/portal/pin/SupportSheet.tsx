// *Support*, top right on every page of the portal: one press shows the PIN (rule B6).
import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useLocation } from "react-router";
import { api, ask } from "../../shared/api/client";
import { keys } from "../../shared/api/keys";
import type { Me } from "../../shared/api/types";
import { SideSheet } from "../../shared/frame/Sheet";
import { Broken, Loading } from "../../shared/frame/states";
import { ConfirmForm } from "../../shared/signin/forms";
import { say } from "../../shared/words/dictionary";
import { useWords } from "../../shared/words/language";
import { OpenRequests } from "../request/OpenRequests";
import { LivePin } from "./LivePin";
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
						<LivePin me={me} confirm={<Confirm me={me} />} notAuthorised={<NotAuthorised />} />
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

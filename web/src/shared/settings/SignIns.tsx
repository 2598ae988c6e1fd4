// Where one is signed in, and signing out everywhere.

import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";
import { api, ask } from "../api/client";
import { keys } from "../api/keys";
import { Broken, Loading, Refused } from "../frame/states";
import { forgetWriting } from "../ticket/forget";
import { say } from "../words/dictionary";
import { useLanguage, useWords } from "../words/language";
import { useNow } from "../words/now";
import { moment } from "../words/time";
import classes from "./settings.module.css";
import { settingsWords } from "./words";

export function SignIns() {
	const t = useWords(settingsWords);
	const { language } = useLanguage();
	const now = useNow();
	const signIns = useQuery({
		queryKey: keys.signIns,
		queryFn: () => ask(api.GET("/sign-ins")),
	});
	return (
		<section className="stack">
			<h2>{t.signIns}</h2>
			{signIns.isPending ? <Loading lines={2} /> : null}
			{signIns.isError && !signIns.data ? (
				<Broken error={signIns.error} again={() => signIns.refetch()} />
			) : null}
			{signIns.data?.length === 0 ? <p className="soft">{t.none}</p> : null}
			<ul className="plain-list">
				{signIns.data?.map((one) => (
					<li key={one.id} className={classes.signIn}>
						{one.current ? <strong>{t.thisOne}</strong> : null}
						<span>
							{t.since(moment(one.created_at, now, language))}, {say(t, `strength_${one.strength}`)}
						</span>
						<span className="soft small">
							{t.lastSeen(moment(one.last_seen_at, now, language))}
						</span>
					</li>
				))}
			</ul>
			<Everywhere />
		</section>
	);
}

function Everywhere() {
	const t = useWords(settingsWords);
	const client = useQueryClient();
	const navigate = useNavigate();
	const everywhere = useMutation({
		mutationFn: () => ask(api.POST("/sign-out/everywhere")),
		onSuccess: () => {
			forgetWriting();
			client.setQueryData(keys.me, null);
			client.removeQueries({ predicate: (query) => query.queryKey[0] !== "me" });
			navigate("/sign-in");
		},
	});
	return (
		<>
			<div className="row">
				<Button
					variant="default"
					loading={everywhere.isPending}
					onClick={() => everywhere.mutate()}
				>
					{t.everywhere}
				</Button>
				<span className="soft small">{t.everywhereHint}</span>
			</div>
			<Refused error={everywhere.error} />
		</>
	);
}

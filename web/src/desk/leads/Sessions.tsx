// Every open ground of the provider, each with its end, and the kill switch.
import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { api, ask } from "../../shared/api/client";
import { isLead } from "../../shared/api/me";
import type { Ground, Me } from "../../shared/api/types";
import { useEndGround } from "../../shared/door/queries";
import { doorWords } from "../../shared/door/words";
import { Dialog } from "../../shared/frame/Sheet";
import { Broken, Empty, Loading, Refused } from "../../shared/frame/states";
import { useTitle } from "../../shared/frame/title";
import { frameWords } from "../../shared/frame/words";
import { useGrounds } from "../../shared/visit/queries";
import { reasonText } from "../../shared/visit/tell";
import { visitWords } from "../../shared/visit/words";
import { useLanguage, useWords } from "../../shared/words/language";
import { useNow } from "../../shared/words/now";
import { staffName } from "../../shared/words/people";
import { end as endText, left, seconds } from "../../shared/words/time";
import classes from "./leads.module.css";
import { leadWords } from "./words";

export default function Sessions({ me }: { me: Me }) {
	const t = useWords(leadWords);
	const frame = useWords(frameWords);
	const grounds = useGrounds("all-open", 50);
	useTitle(t.sessions);
	return (
		<div className="stack">
			<h1>{t.sessions}</h1>
			<p className="soft">{t.sessionsLead}</p>
			{grounds.isPending ? <Loading lines={4} /> : null}
			{grounds.isError && !grounds.items ? (
				<Broken error={grounds.error} again={() => grounds.refetch()} />
			) : null}
			{grounds.items?.length === 0 ? <Empty>{t.noSessions}</Empty> : null}
			<ul className="plain-list">
				{grounds.items?.map((ground) => (
					<SessionLine key={ground.id} ground={ground} />
				))}
			</ul>
			{grounds.hasNextPage ? (
				<Button variant="default" onClick={() => void grounds.fetchNextPage()}>
					{frame.more}
				</Button>
			) : null}
			{isLead(me) ? (
				<KillSwitch count={grounds.hasNextPage ? null : (grounds.items?.length ?? null)} />
			) : (
				<p className="soft">{t.killWho}</p>
			)}
		</div>
	);
}

function SessionLine({ ground }: { ground: Ground }) {
	const t = useWords(leadWords);
	const door = useWords(doorWords);
	const visit = useWords(visitWords);
	const { language } = useLanguage();
	const now = useNow();
	const end = useEndGround();
	const running = ground.visits.filter((one) => one.state === "open");
	const remaining = left(ground.ends_at, now, language);
	return (
		<li className={classes.line}>
			<div>
				<Link to={`/desk/visits/${ground.id}`} className={classes.name}>
					{staffName(ground.staff)}
				</Link>
				<p>
					{ground.customer.name} ({ground.customer.number}) · {door.actingAs(ground.contact.name)}
				</p>
				<p className="soft">
					{reasonText(ground, visit)} ·{" "}
					{door.until(endText(ground.ends_at, now, language), remaining)}
					{running.length > 0 ? ` · ${running.map((one) => one.product.name).join(", ")}` : null}
				</p>
				<Refused error={end.error} />
			</div>
			<Button variant="default" loading={end.isPending} onClick={() => end.mutate(ground.id)}>
				{t.end}
			</Button>
		</li>
	);
}

/** Ends everything, after one question. */
function KillSwitch({ count }: { count: number | null }) {
	const t = useWords(leadWords);
	const { language } = useLanguage();
	const client = useQueryClient();
	const [asked, setAsked] = useState(false);
	const kill = useMutation({
		mutationFn: () => ask(api.POST("/kill-switch")),
		onSuccess: () => setAsked(false),
		onSettled: () => client.invalidateQueries(),
	});
	return (
		<>
			<section className={classes.kill} aria-label={t.kill}>
				<p>{t.killLead}</p>
				<Button color="red" variant="outline" onClick={() => setAsked(true)}>
					{t.kill}
				</Button>
			</section>
			<div role="status">
				{kill.data ? (
					<p className={classes.note}>
						{t.killed(kill.data.ended, seconds(kill.data.cut_millis, language))}
					</p>
				) : null}
			</div>
			<Dialog opened={asked} title={t.killTitle} onClose={() => setAsked(false)}>
				<div className="stack">
					<p>{count ? t.killText(count) : t.killText0}</p>
					<Refused error={kill.error} />
					<div className="row">
						<Button color="red" loading={kill.isPending} onClick={() => kill.mutate()}>
							{t.killYes}
						</Button>
						<Button variant="default" data-autofocus onClick={() => setAsked(false)}>
							{t.cancel}
						</Button>
					</div>
				</div>
			</Dialog>
		</>
	);
}

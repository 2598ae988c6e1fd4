// Alarms: what happened, whom it concerns, who has seen it.

import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "react-router";
import { api, ask } from "../../shared/api/client";
import { keys } from "../../shared/api/keys";
import type { Alarm } from "../../shared/api/types";
import { Broken, Empty, Loading, Refused } from "../../shared/frame/states";
import { useTitle } from "../../shared/frame/title";
import { frameWords } from "../../shared/frame/words";
import { say } from "../../shared/words/dictionary";
import { useLanguage, useWords } from "../../shared/words/language";
import { useNow } from "../../shared/words/now";
import { moment } from "../../shared/words/time";
import classes from "./leads.module.css";
import { useAlarms } from "./queries";
import { leadWords } from "./words";

export default function Alarms() {
	const t = useWords(leadWords);
	const frame = useWords(frameWords);
	const alarms = useAlarms();
	useTitle(t.alarms);
	return (
		<div className="stack">
			<h1>{t.alarms}</h1>
			{alarms.isPending ? <Loading lines={4} /> : null}
			{alarms.isError && !alarms.items ? (
				<Broken error={alarms.error} again={() => alarms.refetch()} />
			) : null}
			{alarms.items?.length === 0 ? <Empty>{t.noAlarms}</Empty> : null}
			<ul className="plain-list">
				{alarms.items?.map((alarm) => (
					<AlarmLine key={alarm.id} alarm={alarm} />
				))}
			</ul>
			{alarms.hasNextPage ? (
				<Button
					variant="default"
					loading={alarms.isFetchingNextPage}
					onClick={() => void alarms.fetchNextPage()}
				>
					{frame.more}
				</Button>
			) : null}
		</div>
	);
}

function AlarmLine({ alarm }: { alarm: Alarm }) {
	const t = useWords(leadWords);
	const { language } = useLanguage();
	const now = useNow();
	const client = useQueryClient();
	const acknowledge = useMutation({
		mutationFn: () =>
			ask(api.POST("/alarms/{id}/acknowledge", { params: { path: { id: alarm.id } } })),
		onSuccess: () => client.invalidateQueries({ queryKey: keys.alarms }),
	});
	const seen = alarm.acknowledged_at;
	return (
		<li className={classes.line}>
			<div className={seen ? classes.seen : undefined}>
				<p className={seen ? undefined : classes.serious}>
					<span aria-hidden="true">{seen ? "✓ " : "! "}</span>
					{say(t, `alarm_${alarm.code}`)}
				</p>
				<p>
					{moment(alarm.at, now, language)}
					{alarm.staff ? ` · ${alarm.staff.name}` : null}
					{alarm.customer ? (
						<>
							{" · "}
							<Link to={`/desk/customers/${alarm.customer.id}`}>
								{alarm.customer.name} ({alarm.customer.number})
							</Link>
						</>
					) : null}
				</p>
				{alarm.code === "ticket.waiting" ? (
					<p>
						<Link to="/desk/tickets?state=escalated">{t.toEscalated}</Link>
					</p>
				) : null}
				{alarm.objection ? (
					<>
						{alarm.objection.said ? (
							<p>
								{t.saidBy(alarm.objection.by.name)} <q>{alarm.objection.said}</q>
							</p>
						) : null}
						<p>
							<Link to={`/desk/visits/${alarm.objection.ground_id}`}>{t.toVisit}</Link>
						</p>
					</>
				) : null}
				{seen ? (
					<p className="small">
						{alarm.acknowledged_by
							? t.acknowledged(alarm.acknowledged_by.name, moment(seen, now, language))
							: t.overByItself(moment(seen, now, language))}
					</p>
				) : null}
				<Refused error={acknowledge.error} />
			</div>
			{seen ? null : (
				<Button
					variant="default"
					loading={acknowledge.isPending}
					onClick={() => acknowledge.mutate()}
				>
					{t.acknowledge}
				</Button>
			)}
		</li>
	);
}

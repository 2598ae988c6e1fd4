// One entry of the visitor book in full: who, as whom, why, from–to, what was opened, how it ended.

import { Button } from "@mantine/core";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { codeOf } from "../api/problem";
import type { Ground, Visit } from "../api/types";
import { doorWords } from "../door/words";
import { Broken, Empty, Loading } from "../frame/states";
import { useTitle } from "../frame/title";
import { useLanguage, useWords } from "../words/language";
import { useNow } from "../words/now";
import { clock, day, inFull, moment, seconds, span } from "../words/time";
import { useGround } from "./queries";
import { Requests } from "./Requests";
import { callText, endText, ownReason, reasonText } from "./tell";
import classes from "./visit.module.css";
import { visitWords } from "./words";

export function GroundPage({ backTo = "/visits" }: { backTo?: string }) {
	const t = useWords(visitWords);
	const { groundId = "" } = useParams();
	const requests = backTo.startsWith("/desk") ? "/desk/tickets" : "/requests";
	const ground = useGround(groundId);
	useTitle(ground.data?.staff.name, t.title);
	const missing = ["not_found", "http.404"].includes(codeOf(ground.error));
	return (
		<div className="stack">
			<p>
				<Link to={backTo}>← {t.back}</Link>
			</p>
			{ground.isPending ? <Loading lines={6} /> : null}
			{ground.isError && missing ? <Empty>{t.notFound}</Empty> : null}
			{ground.isError && !missing && !ground.data ? (
				<Broken error={ground.error} again={() => ground.refetch()} />
			) : null}
			{ground.data ? <Entry ground={ground.data} requests={requests} /> : null}
		</div>
	);
}

function Entry({ ground, requests }: { ground: Ground; requests: string }) {
	const t = useWords(visitWords);
	const { language } = useLanguage();
	const takenOver = ground.kind === "takeover" && ground.ticket;
	return (
		<>
			<h1>{ground.staff.name}</h1>
			<div className="sheet">
				<dl className={classes.facts}>
					<dt>{t.who}</dt>
					<dd>
						{ground.staff.name} <span className="soft">({ground.staff.username})</span>
					</dd>
					<dt>{t.asWhom}</dt>
					<dd>
						{ground.contact.name},{" "}
						<span className="soft">
							{ground.customer.name} ({ground.customer.number})
						</span>
					</dd>
					<dt>{t.why}</dt>
					<dd>{takenOver ? t.becauseTaken : reasonText(ground, t)}</dd>
					{ground.ticket ? (
						<>
							<dt>{t.request}</dt>
							<dd>
								<Link to={`${requests}/${ground.ticket.id}`}>
									{t.requestLink(ground.ticket.number, ground.ticket.subject)}
								</Link>
							</dd>
						</>
					) : null}
					{takenOver || ground.of_colleague ? null : (
						<>
							<dt>{t.record}</dt>
							<dd>
								{callText(ground, t, language)}
								{ground.record?.note ? <p className="soft">{ground.record.note}</p> : null}
							</dd>
						</>
					)}
					<dt>{t.when}</dt>
					<dd title={inFull(ground.opened_at, language)}>
						<WhenLine ground={ground} />
					</dd>
					<dt>{t.how}</dt>
					<dd>
						<HowLine ground={ground} />
					</dd>
				</dl>
			</div>
			<section aria-labelledby="opened">
				<h2 id="opened">{t.opened}</h2>
				{ground.visits.length === 0 ? <Empty>{t.nothing}</Empty> : null}
				{ground.visits.map((visit) => (
					<VisitBlock key={visit.id} visit={visit} ground={ground} />
				))}
			</section>
		</>
	);
}

function WhenLine({ ground }: { ground: Ground }) {
	const { language } = useLanguage();
	const from = `${day(ground.opened_at, language)}, ${clock(ground.opened_at, language)}`;
	if (!ground.ended_at) return <>{from}–</>;
	const long = span(ground.opened_at, ground.ended_at, language);
	return (
		<>
			{from}–{clock(ground.ended_at, language)} <span className="soft">({long})</span>
		</>
	);
}

function HowLine({ ground }: { ground: Ground }) {
	const t = useWords(visitWords);
	const { language } = useLanguage();
	const now = useNow();
	if (ground.state === "open") return <>{t.until(moment(ground.ends_at, now, language))}</>;
	return (
		<>
			{endText(ground.ending, language)}.{" "}
			{ground.cut_millis == null ? null : t.cut(seconds(ground.cut_millis, language))}
		</>
	);
}

function VisitBlock({ visit, ground }: { visit: Visit; ground: Ground }) {
	const t = useWords(visitWords);
	const door = useWords(doorWords);
	const { language } = useLanguage();
	const [shown, setShown] = useState(false);
	const reason = ownReason(visit, ground, t);
	const to = visit.ended_at ? clock(visit.ended_at, language) : t.running;
	return (
		<article className={classes.visit}>
			<div className="row between">
				<h3>{visit.product.name}</h3>
				<span className="soft">
					{clock(visit.started_at, language)}–{to}
					{visit.ending ? ` · ${endText(visit.ending, language)}` : null}
				</span>
			</div>
			{reason ? (
				<p>
					<span className="soft">{t.why}:</span> {reason}
				</p>
			) : null}
			<p className="row">
				<span>{door.pages(visit.pages)}</span>
				{visit.refused > 0 ? (
					<span className="danger">{door.refusedPages(visit.refused)}</span>
				) : null}
				<span className="soft">{door.actingAs(visit.acting_as.name)}</span>
			</p>
			<div>
				<Button variant="default" size="sm" aria-expanded={shown} onClick={() => setShown(!shown)}>
					{shown ? t.hideRequests : t.showRequests}
				</Button>
			</div>
			{shown ? <Requests visit={visit.id} /> : null}
		</article>
	);
}

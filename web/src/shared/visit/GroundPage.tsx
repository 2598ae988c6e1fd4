// One entry of the visitor book in full: who, as whom, why, from–to, what was opened, how it ended.

import { Button } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { Link, useParams } from "react-router";
import { codeOf } from "../api/problem";
import type { Ground, Language, Visit } from "../api/types";
import { doorWords } from "../door/words";
import { PrintButton } from "../frame/PrintButton";
import { Broken, Empty, Loading, Nothing } from "../frame/states";
import { useTitle } from "../frame/title";
import { useLanguage, useWords } from "../words/language";
import { useNow } from "../words/now";
import { staffName } from "../words/people";
import { clock, day, end, inFull, seconds, span, until } from "../words/time";
import { ObjectionPart, useObjections } from "./Objection";
import { useGround } from "./queries";
import { Requests } from "./Requests";
import { callText, endText, lengthText, ownReason, reasonText, visited } from "./tell";
import classes from "./visit.module.css";
import { visitWords } from "./words";

interface GroundPageProps {
	backTo?: string;
	/** Who looks: the customer's people, who may object; those who answer for access; or the staff concerned. */
	as?: "customer" | "lead" | "staff";
}

export function GroundPage({ backTo = "/visits", as = "customer" }: GroundPageProps) {
	const t = useWords(visitWords);
	const { groundId = "" } = useParams();
	const requests = backTo.startsWith("/desk") ? "/desk/tickets" : "/requests";
	const ground = useGround(groundId);
	useTitle(ground.data && staffName(ground.data.staff), t.title);
	const missing = ["not_found", "http.404"].includes(codeOf(ground.error));
	return (
		<div className="stack">
			<p className="no-print">
				<Link to={backTo}>← {backTo === "/visits" ? t.back : t.backToDesk}</Link>
			</p>
			{ground.isPending ? <Loading lines={6} /> : null}
			{ground.isError && missing ? <Nothing title={t.notFound} /> : null}
			{ground.isError && !missing && !ground.data ? (
				<Broken whole error={ground.error} again={() => ground.refetch()} />
			) : null}
			{ground.data ? <Entry ground={ground.data} requests={requests} as={as} /> : null}
		</div>
	);
}

interface EntryProps {
	ground: Ground;
	requests: string;
	as: NonNullable<GroundPageProps["as"]>;
}

function Entry({ ground, requests, as }: EntryProps) {
	const t = useWords(visitWords);
	const { language } = useLanguage();
	const takenOver = ground.kind === "takeover" && ground.ticket;
	const objections = useObjections(ground.id, as !== "staff");
	return (
		<>
			<div className="row between">
				<h1>{staffName(ground.staff)}</h1>
				<PrintButton />
			</div>
			<div className="sheet">
				<dl className={classes.facts}>
					<dt>{t.who}</dt>
					<dd>
						{staffName(ground.staff)}{" "}
						{ground.staff ? <span className="soft">({ground.staff.username})</span> : null}
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
					<dd>
						<WhenLine ground={ground} />
					</dd>
					<dt>{t.access}</dt>
					<dd title={inFull(ground.opened_at, language)}>
						<AccessLine ground={ground} />
					</dd>
				</dl>
			</div>
			<section aria-labelledby="opened">
				<h2 id="opened">{t.opened}</h2>
				{ground.visits.length === 0 ? <Empty>{t.nothing}</Empty> : null}
				{ground.visits.map((visit) => (
					<VisitBlock key={visit.id} visit={visit} ground={ground}>
						<ObjectionPart
							visit={visit.id}
							said={objections?.find((one) => one.visit_id === visit.id)}
							may={as === "customer" && objections !== undefined}
						/>
					</VisitBlock>
				))}
			</section>
		</>
	);
}

/** When somebody was in, and how the last of it ended. */
function WhenLine({ ground }: { ground: Ground }) {
	const t = useWords(visitWords);
	const { language } = useLanguage();
	const seen = visited(ground);
	if (!seen) return <>{t.notOpened}.</>;
	const from = `${day(seen.from, language)}, ${clock(seen.from, language)}`;
	if (!seen.to) return <>{t.since(from)}</>;
	return (
		<>
			{from} – {until(seen.from, seen.to, language)}{" "}
			<span className="soft">({lengthText(seen, t, language)})</span>
			{seen.ending ? <p>{endText(seen.ending, language)}.</p> : null}
		</>
	);
}

/** From when until when it could be entered: a PIN's hour, the days of a taken over request. */
function AccessLine({ ground }: { ground: Ground }) {
	const t = useWords(visitWords);
	const { language } = useLanguage();
	const now = useNow();
	const from = `${day(ground.opened_at, language)}, ${clock(ground.opened_at, language)}`;
	if (ground.state === "open" || !ground.ended_at) {
		return (
			<>
				{t.since(from)}, {t.until(end(ground.ends_at, now, language))}
			</>
		);
	}
	return (
		<>
			{from} – {until(ground.opened_at, ground.ended_at, language)}
			<p>
				{endText(ground.ending, language)}.{" "}
				{ground.cut_millis == null ? null : t.cut(seconds(ground.cut_millis, language))}
			</p>
		</>
	);
}

interface VisitBlockProps {
	visit: Visit;
	ground: Ground;
	children: ReactNode;
}

function VisitBlock({ visit, ground, children }: VisitBlockProps) {
	const t = useWords(visitWords);
	const door = useWords(doorWords);
	const { language } = useLanguage();
	const [shown, setShown] = useState(false);
	const reason = ownReason(visit, ground, t);
	const to = visit.ended_at
		? `${until(visit.started_at, visit.ended_at, language)} (${span(visit.started_at, visit.ended_at, language)})`
		: t.running;
	return (
		<article className={classes.visit}>
			<div className="row between">
				<h3>{visit.product.name}</h3>
				<span className="soft">
					{visitFrom(visit, ground, language)} – {to}
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
			{children}
		</article>
	);
}

/** A takeover lasts for days: a visit on another day than its beginning says which. */
function visitFrom(visit: Visit, ground: Ground, language: Language): string {
	return until(ground.opened_at, visit.started_at, language);
}

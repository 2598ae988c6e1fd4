// The state of the door: the largest thing on the customer's page. Word, shape and colour say the same.
import { Button } from "@mantine/core";
import { Link } from "react-router";
import type { Ended, Ground } from "../../shared/api/types";
import classes from "../../shared/door/door.module.css";
import { useEndGround } from "../../shared/door/queries";
import { type DoorState, namesOf } from "../../shared/door/state";
import { WordPair } from "../../shared/door/WordPair";
import { doorWords } from "../../shared/door/words";
import { Refused } from "../../shared/frame/states";
import { placeText } from "../../shared/visit/tell";
import { useLanguage, useWords } from "../../shared/words/language";
import { useNow } from "../../shared/words/now";
import { staffName } from "../../shared/words/people";
import { clock, day, end as endText, left } from "../../shared/words/time";
import { DoorMark } from "./DoorMark";

interface DoorProps {
	state: DoorState;
	onEnded(ended: Ended): void;
}

export function Door({ state, onEnded }: DoorProps) {
	const t = useWords(doorWords);
	const grounds = state.kind === "closed" ? [] : state.grounds;
	return (
		<section className={`${classes.door} ${classes[state.kind]}`} aria-label={t.region}>
			<DoorMark kind={state.kind} />
			<div aria-live="polite" aria-atomic="true" data-testid="door" data-state={state.kind}>
				<Sentence state={state} />
			</div>
			{grounds.length > 0 ? (
				<div className={classes.below}>
					{grounds.map((ground) => (
						<OpenGround
							key={ground.id}
							ground={ground}
							named={namesOf(grounds).length > 1 || state.kind === "unsure"}
							onEnded={onEnded}
						/>
					))}
				</div>
			) : null}
		</section>
	);
}

function Sentence({ state }: { state: DoorState }) {
	const t = useWords(doorWords);
	const { language } = useLanguage();
	if (state.kind === "closed") {
		return (
			<>
				<h1 className={classes.word}>{t.closed}</h1>
				<p className={classes.sentence}>{t.closedText}</p>
			</>
		);
	}
	if (state.kind === "unsure") {
		const time = clock(new Date(state.since).toISOString(), language);
		return (
			<>
				<h1 className={classes.word}>{t.unsure}</h1>
				<p className={classes.sentence}>
					{t.unsureText} {state.last === "open" ? t.unsureOpen(time) : null}
					{state.last === "closed" ? t.unsureClosed(time) : null}
				</p>
			</>
		);
	}
	const [only, ...others] = namesOf(state.grounds);
	return (
		<>
			<h1 className={classes.word}>{t.open}</h1>
			<p className={classes.who}>
				{only !== undefined && others.length === 0
					? t.openFor(only)
					: t.openForMany(others.length + 1)}
			</p>
		</>
	);
}

function OpenGround({ ground, named, onEnded }: GroundProps) {
	const t = useWords(doorWords);
	const { language } = useLanguage();
	const now = useNow();
	const end = useEndGround(onEnded);
	const until = endText(ground.ends_at, now, language);
	return (
		<article className={classes.ground} data-testid="open-ground">
			<div className="row between">
				<div>
					{named ? <p className={classes.who}>{staffName(ground.staff)}</p> : null}
					{ground.kind === "takeover" ? (
						<Takeover ticket={ground.ticket} until={day(ground.ends_at, language)} />
					) : (
						<p role="timer" className={classes.time}>
							{t.until(until, left(ground.ends_at, now, language))}
						</p>
					)}
				</div>
				<Button
					size="lg"
					className={classes.end}
					loading={end.isPending}
					onClick={() => end.mutate(ground.id)}
				>
					{t.endNow}
				</Button>
			</div>
			<Refused error={end.error} />
			{ground.words ? <WordPair pair={ground.words} side="customer" /> : null}
			<NowOpening ground={ground} />
		</article>
	);
}

/** Why it is open, and until when at most: a takeover ends with its request (rules B10, B12). */
function Takeover({ ticket, until }: { ticket: Ground["ticket"]; until: string }) {
	const t = useWords(doorWords);
	return (
		<>
			<p className={classes.why}>
				{ticket ? (
					<>
						<Link to={`/requests/${ticket.id}`}>{t.becauseOf(ticket.number)}</Link>:{" "}
						{ticket.subject}
					</>
				) : (
					t.becauseOfColleague
				)}
			</p>
			<p className={classes.time}>{t.untilRequest(until)}</p>
		</>
	);
}

interface GroundProps {
	ground: Ground;
	named: boolean;
	onEnded(ended: Ended): void;
}

/** Which pages are being opened; follows by itself (rule W8). */
function NowOpening({ ground }: { ground: Ground }) {
	const t = useWords(doorWords);
	const { language } = useLanguage();
	const running = ground.visits.filter((visit) => visit.state === "open");
	const shown = running.length > 0 ? running : ground.visits.slice(0, 3);
	return (
		<div className={classes.visits}>
			<h2>{t.nowOpening}</h2>
			{shown.length === 0 ? <p className="soft">{t.nothingOpened}</p> : null}
			<ul className="plain-list" data-testid="now-opening">
				{shown.map((visit) => (
					<li key={visit.id} className={classes.visit}>
						<strong>{visit.product.name}</strong>
						<span className="soft">{t.actingAs(visit.acting_as.name)}</span>
						<span className="soft">{t.pages(visit.pages)}</span>
						{visit.refused > 0 ? (
							<span className="danger">{t.refusedPages(visit.refused)}</span>
						) : null}
						{visit.last ? (
							<span>
								{t.lastPage(placeText(visit.last, language), clock(visit.last.at, language))}
							</span>
						) : null}
					</li>
				))}
			</ul>
		</div>
	);
}

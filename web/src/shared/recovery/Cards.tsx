// Who cannot sign in and asks for approval: for colleagues in the portal, for leads and admins at the desk.
import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { api, ask } from "../api/client";
import { codeOf } from "../api/problem";
import type { Me, Recovery } from "../api/types";
import { Secret } from "../frame/Secret";
import { Refused } from "../frame/states";
import { useAct } from "../signin/confirmed";
import { field } from "../signin/forms";
import { say } from "../words/dictionary";
import { useLanguage, useWords } from "../words/language";
import { useNow } from "../words/now";
import { moment } from "../words/time";
import classes from "./recovery.module.css";
import { recoveryWords } from "./words";

const TOUCHES = ["recoveries"] as const;

interface CardsProps {
	me: Me;
	all: Recovery[];
	/** Headings of the cards: they stand below a page's own, or below a section's. */
	level: "h2" | "h3";
}

export function Cards({ me, all, level }: CardsProps) {
	const t = useWords(recoveryWords);
	// What somebody was told stays on the page when the card goes on without it.
	const [code, setCode] = useState("");
	return (
		<div className="stack">
			{all.map((one) => (
				<Card key={one.id} me={me} recovery={one} level={level} onCode={setCode} />
			))}
			{code ? (
				<div className="sheet stack" role="status">
					<Secret label={t.codeOnce} value={code} />
					<p className="soft">{t.codeOnceHint}</p>
				</div>
			) : null}
		</div>
	);
}

interface CardProps {
	me: Me;
	recovery: Recovery;
	level: "h2" | "h3";
	onCode(code: string): void;
}

function Card({ me, recovery, level: Head, onCode }: CardProps) {
	const t = useWords(recoveryWords);
	const name = recovery.person.name;
	return (
		<article className={classes.card} data-testid="recovery">
			<Head className={classes.name}>{t.cannotSignIn(name)}</Head>
			<Facts recovery={recovery} />
			<Deciding me={me} recovery={recovery} onCode={onCode} />
		</article>
	);
}

/** Who, why, when, and who has agreed so far. */
function Facts({ recovery }: { recovery: Recovery }) {
	const t = useWords(recoveryWords);
	const { language } = useLanguage();
	const now = useNow();
	const when = (at: string) => moment(at, now, language);
	const over = recovery.state === "over";
	return (
		<>
			<p>
				{say(t, `short_${recovery.lost}`)}
				{recovery.customer ? ` · ${recovery.customer.name} (${recovery.customer.number})` : null}
			</p>
			<p className="soft">
				{recovery.asked_at ? t.askedAt(when(recovery.asked_at)) : null}
				{over ? null : ` · ${t.until(when(recovery.expires_at))}`}
			</p>
			<p>
				{over && recovery.ended
					? `${say(t, `end_${recovery.ended}`)}${recovery.ended_at ? `, ${when(recovery.ended_at)}` : ""}`
					: say(t, `state_${recovery.state}`)}
				{recovery.state === "resting" && recovery.ready_at
					? ` · ${t.restUntil(when(recovery.ready_at))}`
					: null}
			</p>
			{recovery.approvals.length > 0 ? (
				<ul className="plain-list">
					{recovery.approvals.map((approval) => (
						<li key={approval.by.id}>
							✓ {t.approvedBy(approval.by.name, when(approval.at))}
							{approval.counts || over ? null : ` (${t.gone})`}
						</li>
					))}
				</ul>
			) : null}
		</>
	);
}

function Deciding({ me, recovery, onCode }: Omit<CardProps, "level">) {
	const t = useWords(recoveryWords);
	const path = { id: recovery.id };
	const approve = useAct({
		me,
		fn: (words: string) =>
			ask(api.POST("/recoveries/{id}/approve", { params: { path }, body: { words } })),
		onDone: (answer) => onCode(answer.code_once ?? ""),
		touches: TOUCHES,
	});
	const refuse = useAct({
		// Shutting is always possible, also for who signed in by a link.
		me: null,
		fn: (_: undefined) => ask(api.POST("/recoveries/{id}/refuse", { params: { path } })),
		touches: TOUCHES,
	});
	const submit = (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		approve.run(recovery.needs_words ? field(event, "words") : "");
	};
	const wrong = codeOf(approve.error) === "recovery.words_wrong";
	const name = recovery.person.name;
	return (
		<>
			<div role="status">
				{approve.data ? <p>{approve.data.complete ? t.approved : t.approvedHalf}</p> : null}
				{refuse.done ? <p>{t.refused}</p> : null}
			</div>
			{recovery.state === "over" ? null : (
				<form className="stack" onSubmit={submit}>
					{recovery.may_approve ? (
						recovery.needs_words ? (
							<TextInput
								name="words"
								label={t.wordsLabel}
								description={t.wordsHint}
								error={wrong ? t.wordsWrong : undefined}
								autoComplete="off"
								autoCapitalize="none"
								required
								maw="28rem"
							/>
						) : (
							<p className="soft">{t.handOver}</p>
						)
					) : (
						<p className="soft">{waits(recovery, t)}</p>
					)}
					<div className="row">
						{recovery.may_approve ? (
							<Button type="submit" loading={approve.busy} aria-label={`${t.approve}: ${name}`}>
								{t.approve}
							</Button>
						) : null}
						<Button
							variant="default"
							loading={refuse.busy}
							onClick={() => refuse.run(undefined)}
							aria-label={`${recovery.mine ? t.notMe : t.refuse}: ${name}`}
						>
							{recovery.mine ? t.notMe : t.refuse}
						</Button>
					</div>
				</form>
			)}
			<Refused error={wrong ? null : approve.error} />
			<Refused error={refuse.error} />
			{approve.dialog}
		</>
	);
}

function waits(recovery: Recovery, t: (typeof recoveryWords)["de"]): string {
	if (recovery.mine) return t.mine;
	if (recovery.way === "provider" && recovery.state !== "ready") return t.waitsForProvider;
	return recovery.state === "waiting" ? t.waitsForOthers : "";
}

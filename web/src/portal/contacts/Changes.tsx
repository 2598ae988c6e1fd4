// Changes that wait for a second authorised person (rule P5): who asks, what changes, until when.
import { Button } from "@mantine/core";
import { api, ask } from "../../shared/api/client";
import type { ChangeView, Me } from "../../shared/api/types";
import { Refused } from "../../shared/frame/states";
import { useLanguage, useWords } from "../../shared/words/language";
import { useNow } from "../../shared/words/now";
import { day, moment } from "../../shared/words/time";
import { ActivationCode } from "./ActivationCode";
import classes from "./contacts.module.css";
import { useChange } from "./queries";
import { changeLines, changeTitle } from "./tell";
import { contactsWords } from "./words";

export function Changes({ me, changes }: { me: Me; changes: ChangeView[] }) {
	const t = useWords(contactsWords);
	const decide = useChange(me, ({ id, yes }: { id: string; yes: boolean }) => {
		const params = { path: { id } };
		return yes
			? ask(api.POST("/contact-changes/{id}/approve", { params }))
			: ask(api.POST("/contact-changes/{id}/refuse", { params }));
	});
	const waiting = changes.filter((change) => change.state === "waiting");
	const done = decide.data?.state;
	return (
		<section aria-labelledby="changes" hidden={waiting.length === 0 && !done && !decide.error}>
			<div className="stack">
				<h2 id="changes">{t.changes}</h2>
				{waiting.map((change) => (
					<ChangeCard
						key={change.id}
						change={change}
						busy={decide.busy}
						decide={(yes) => decide.run({ id: change.id, yes })}
					/>
				))}
				<div role="status">
					{done === "approved" ? <p className={classes.good}>{t.approved}</p> : null}
					{done === "refused" ? <p>{t.refused}</p> : null}
				</div>
				<ActivationCode code={decide.data?.activation_code} />
				<Refused error={decide.error} />
			</div>
			{decide.dialog}
		</section>
	);
}

interface ChangeCardProps {
	change: ChangeView;
	busy: boolean;
	decide(yes: boolean): void;
}

function ChangeCard({ change, busy, decide }: ChangeCardProps) {
	const t = useWords(contactsWords);
	const { language } = useLanguage();
	const now = useNow();
	const others = change.kind === "primary_address" ? t.changeNotYouAdmin : t.changeNotYou;
	const title = changeTitle(change, t);
	return (
		<article className={classes.change} data-testid="change">
			<h3>{title}</h3>
			<dl className={classes.what}>
				{changeLines(change, t).map(([word, value]) => (
					<div key={word}>
						<dt>{word}</dt>
						<dd>{value}</dd>
					</div>
				))}
			</dl>
			<p className="soft">
				{t.changeBy(change.asked_by.name, moment(change.asked_at, now, language))}.{" "}
				{t.changeUntil(day(change.expires_at, language))}
			</p>
			{change.may_decide ? (
				<div className="row">
					<Button loading={busy} onClick={() => decide(true)} aria-label={`${t.approve}: ${title}`}>
						{t.approve}
					</Button>
					<Button
						variant="default"
						disabled={busy}
						onClick={() => decide(false)}
						aria-label={`${t.refuse}: ${title}`}
					>
						{t.refuse}
					</Button>
				</div>
			) : (
				<p>{change.mine ? t.changeMine : others}</p>
			)}
		</article>
	);
}

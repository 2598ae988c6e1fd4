// What can become of a mail in quarantine: ask the sender, make a request of it, discard it. None of it
// opens anything (rule B10).
import { Button } from "@mantine/core";
import { useState } from "react";
import { useNavigate } from "react-router";
import type { MailView } from "../../shared/api/types";
import { Refused } from "../../shared/frame/states";
import { useWords } from "../../shared/words/language";
import { Question } from "../ticket/dialogs";
import classes from "./quarantine.module.css";
import { useMailActions } from "./queries";
import { ReleaseForm } from "./ReleaseForm";
import { quarantineWords } from "./words";

export function MailActions({ mail }: { mail: MailView }) {
	const t = useWords(quarantineWords);
	const navigate = useNavigate();
	const actions = useMailActions(mail.id);
	const [asking, setAsking] = useState<"release" | "discard" | null>(null);
	const asked = mail.challenge && mail.challenge.answered == null;
	return (
		<section className={classes.actions} aria-label={t.whatNow}>
			<h2>{t.whatNow}</h2>
			<div className="stack-close">
				{mail.contact ? (
					<>
						<Button
							variant={asked ? "default" : "filled"}
							loading={actions.challenge.isPending}
							onClick={() => actions.challenge.mutate()}
						>
							{asked ? t.challengeAgain : t.challenge}
						</Button>
						<p className="soft small">{t.challengeHint(mail.contact.person.name)}</p>
					</>
				) : (
					<p className="soft small">{t.challengeNobody}</p>
				)}
				<Refused error={actions.challenge.error} />
			</div>
			<div className="stack-close">
				{asking === "release" ? (
					<ReleaseForm mail={mail} release={actions.release} onCancel={() => setAsking(null)} />
				) : (
					<Button variant="default" onClick={() => setAsking("release")}>
						{t.release}
					</Button>
				)}
				<p className="soft small">{t.releaseHint}</p>
			</div>
			<div className="stack-close">
				<Button variant="default" onClick={() => setAsking("discard")}>
					{t.discard}
				</Button>
				<p className="soft small">{t.discardHint}</p>
			</div>
			{asking === "discard" ? (
				<Question
					title={t.discardTitle}
					text={t.discardHint}
					yes={t.discard}
					busy={actions.discard.isPending}
					error={actions.discard.error}
					onClose={() => setAsking(null)}
					onYes={() =>
						actions.discard.mutate(undefined, { onSuccess: () => navigate("/desk/quarantine") })
					}
				/>
			) : null}
		</section>
	);
}

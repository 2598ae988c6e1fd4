// What the agent sees once a PIN was redeemed: the word pair, for whom, why, until when.
import { useEffect, useRef } from "react";
import { Link } from "react-router";
import type { Ground } from "../shared/api/types";
import { WordPair } from "../shared/door/WordPair";
import { doorWords } from "../shared/door/words";
import { callText, reasonText } from "../shared/visit/tell";
import classes from "../shared/visit/visit.module.css";
import { visitWords } from "../shared/visit/words";
import { useLanguage, useWords } from "../shared/words/language";
import deskClasses from "./desk.module.css";
import { deskWords } from "./words";

export function OpenGround({ ground }: { ground: Ground }) {
	const t = useWords(visitWords);
	const { language } = useLanguage();
	const desk = useWords(deskWords);
	const door = useWords(doorWords);
	const section = useRef<HTMLElement>(null);
	// The PIN form that had the focus is gone; the words are what comes next.
	useEffect(() => section.current?.focus(), []);
	return (
		<section
			ref={section}
			tabIndex={-1}
			className={`stack-wide ${deskClasses.words}`}
			aria-label={door.wordsStaff}
		>
			{ground.words ? <WordPair pair={ground.words} side="staff" /> : null}
			<dl className={classes.facts}>
				<dt>{t.asWhom}</dt>
				<dd>{ground.contact.name}</dd>
				<dt>{t.why}</dt>
				<dd>{reasonText(ground, t)}</dd>
				{ground.ticket ? (
					<>
						<dt>{desk.ticket}</dt>
						<dd>
							<Link to={`/desk/tickets/${ground.ticket.id}`}>
								#{ground.ticket.number} {ground.ticket.subject}
							</Link>
						</dd>
					</>
				) : null}
				{ground.record || !ground.ticket ? (
					<>
						<dt>{t.record}</dt>
						<dd>
							{callText(ground, t, language)}
							{ground.record?.note ? <p className="soft">{ground.record.note}</p> : null}
						</dd>
					</>
				) : null}
			</dl>
		</section>
	);
}

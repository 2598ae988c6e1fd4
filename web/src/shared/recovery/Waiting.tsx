// Somebody has to approve: the two words to read out, and until when.
import type { OwnRecovery } from "../api/types";
import door from "../door/door.module.css";
import { say } from "../words/dictionary";
import { useLanguage, useWords } from "../words/language";
import { useNow } from "../words/now";
import { moment } from "../words/time";
import { wayText } from "./Begun";
import { recoveryWords } from "./words";

export function Waiting({ own }: { own: OwnRecovery }) {
	const t = useWords(recoveryWords);
	const { language } = useLanguage();
	const now = useNow();
	const [first, second] = own.words;
	return (
		<section className="stack" role="status">
			<h2>{t.waitingTitle}</h2>
			<p className="soft">{say(t, `short_${own.lost}`)}</p>
			<p>{wayText(own, t)}</p>
			{own.way === "provider" ? (
				<p>{t.waitingProvider}</p>
			) : (
				<div className={door.words}>
					<p>{t.waitingWords}</p>
					<p className={door.pair} data-testid="words">
						<span>{first}</span>
						<span className={door.amp}>{t.and}</span>
						<span>{second}</span>
					</p>
				</div>
			)}
			<p className="soft">{t.waitingHere(moment(own.expires_at, now, language))}</p>
		</section>
	);
}

export function Resting({ own }: { own: OwnRecovery }) {
	const t = useWords(recoveryWords);
	const { language } = useLanguage();
	const now = useNow();
	const ready = own.ready_at ? moment(own.ready_at, now, language) : "";
	return (
		<section className="stack" role="status">
			<h2>{t.restingTitle}</h2>
			<p>{t.restingText(ready)}</p>
		</section>
	);
}

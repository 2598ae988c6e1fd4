// Why a mail waits: the most important reason first, the others smaller.
import { say } from "../../shared/words/dictionary";
import { useWords } from "../../shared/words/language";
import classes from "./quarantine.module.css";
import { whyWords } from "./words";

export function Why({ codes, all = false }: { codes: readonly string[]; all?: boolean }) {
	const t = useWords(whyWords);
	const [first, ...others] = codes;
	if (!first) return null;
	return (
		<>
			<p className={classes.why}>
				<span aria-hidden="true">! </span>
				{say(t, first)}
			</p>
			{all
				? others.map((code) => (
						<p key={code} className="small">
							{say(t, code)}
						</p>
					))
				: null}
		</>
	);
}

// Two words that both sides see and read aloud (rule W6).
import { useWords } from "../words/language";
import classes from "./door.module.css";
import { doorWords } from "./words";

interface WordPairProps {
	pair: readonly string[];
	/** Which side reads: the customer is told to end it when the words differ. */
	side: "customer" | "staff";
}

export function WordPair({ pair, side }: WordPairProps) {
	const t = useWords(doorWords);
	const [first, second] = pair;
	return (
		<div className={classes.words}>
			<p>
				{side === "customer" ? t.wordsTitle : t.wordsStaff}{" "}
				{side === "customer" ? <strong>{t.wordsWarning}</strong> : null}
			</p>
			<p
				className={side === "staff" ? `${classes.pair} ${classes.pairBig}` : classes.pair}
				data-testid="words"
			>
				<span>{first}</span>
				<span className={classes.amp}>{t.wordsAnd}</span>
				<span>{second}</span>
			</p>
		</div>
	);
}

// How many mails wait, beside the word in the navigation.

import classes from "../../shared/frame/frame.module.css";
import { useWords } from "../../shared/words/language";
import { useCounts } from "../queue/queries";
import { quarantineWords } from "./words";

export function HeldCount() {
	const t = useWords(quarantineWords);
	const counts = useCounts(true);
	const count = counts.data?.quarantine ?? 0;
	if (count === 0) return null;
	return (
		<span className={classes.held} title={t.waiting(count)}>
			{count >= 1000 ? "1000+" : count}
		</span>
	);
}

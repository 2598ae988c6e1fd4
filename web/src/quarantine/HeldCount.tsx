// How many mails wait, beside the word in the navigation.
import { useCounts } from "../desk/queue/queries";
import classes from "../frame/frame.module.css";
import { useWords } from "../words/language";
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

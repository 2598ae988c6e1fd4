// One quiet line when live changes do not arrive.
import { useConnection } from "../api/live";
import { useWords } from "../words/language";
import classes from "./frame.module.css";
import { frameWords } from "./words";

export function LiveNote() {
	const t = useWords(frameWords);
	const lost = useConnection() === "lost";
	return (
		<div role="status" className={lost ? classes.lost : undefined}>
			{lost ? t.lost : null}
		</div>
	);
}

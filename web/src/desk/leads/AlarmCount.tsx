// The number of alarms nobody has seen, beside the word in the navigation.
import classes from "../../shared/frame/frame.module.css";
import { useWords } from "../../shared/words/language";
import { useAlarms } from "./queries";
import { leadWords } from "./words";

export function AlarmCount() {
	const t = useWords(leadWords);
	const alarms = useAlarms();
	const open = alarms.items?.filter((alarm) => !alarm.acknowledged_at).length ?? 0;
	if (open === 0) return null;
	return (
		<span className={classes.count} title={t.openAlarms(open)}>
			{open}
		</span>
	);
}

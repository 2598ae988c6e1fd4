// How many wait for whoever looks, beside the word in the navigation.
import frame from "../frame/frame.module.css";
import { useWords } from "../words/language";
import { useRecoveries } from "./queries";
import { recoveryWords } from "./words";

export function RecoveryCount() {
	const t = useWords(recoveryWords);
	const recoveries = useRecoveries();
	const open = recoveries.data?.filter((one) => one.may_approve).length ?? 0;
	if (open === 0) return null;
	return (
		<span className={frame.count} title={t.open_count(open)}>
			{open}
		</span>
	);
}

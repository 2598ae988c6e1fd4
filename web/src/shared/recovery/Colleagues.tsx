// In the portal, above the waiting changes: colleagues who cannot sign in.
import type { Me } from "../api/types";
import { useWords } from "../words/language";
import { Cards } from "./Cards";
import { useRecoveries } from "./queries";
import { recoveryWords } from "./words";

export function Colleagues({ me }: { me: Me }) {
	const t = useWords(recoveryWords);
	const recoveries = useRecoveries();
	const living = recoveries.data?.filter((one) => one.state !== "over") ?? [];
	return (
		<section aria-labelledby="recoveries" hidden={living.length === 0}>
			<div className="stack">
				<h2 id="recoveries">{t.list}</h2>
				<Cards me={me} all={living} level="h3" />
			</div>
		</section>
	);
}

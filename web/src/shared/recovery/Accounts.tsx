// At the desk, for leads and admins: staff who cannot sign in, and contacts for whom their customer has nobody.

import type { Me } from "../api/types";
import { Broken, Empty, Loading } from "../frame/states";
import { useTitle } from "../frame/title";
import { useWords } from "../words/language";
import { Cards } from "./Cards";
import { useRecoveries } from "./queries";
import { recoveryWords } from "./words";

export default function Accounts({ me }: { me: Me }) {
	const t = useWords(recoveryWords);
	const recoveries = useRecoveries();
	useTitle(t.accounts);
	return (
		<div className="stack" style={{ maxWidth: "48rem" }}>
			<h1>{t.accounts}</h1>
			<p className="soft">{t.accountsLead}</p>
			{recoveries.isPending ? <Loading lines={4} /> : null}
			{recoveries.isError && !recoveries.data ? (
				<Broken error={recoveries.error} again={() => recoveries.refetch()} />
			) : null}
			{recoveries.data?.length === 0 ? <Empty>{t.none}</Empty> : null}
			<Cards me={me} all={recoveries.data ?? []} level="h2" />
		</div>
	);
}

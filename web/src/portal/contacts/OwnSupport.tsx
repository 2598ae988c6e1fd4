// Addresses at which this customer's own customers write (rule Z4): mail from there is no request of theirs.
import { Button } from "@mantine/core";
import { api, ask } from "../../shared/api/client";
import type { Me } from "../../shared/api/types";
import { Empty, Refused } from "../../shared/frame/states";
import { useWords } from "../../shared/words/language";
import { AddField } from "./AddField";
import classes from "./contacts.module.css";
import { useChange } from "./queries";
import { contactsWords } from "./words";

interface OwnSupportProps {
	me: Me;
	addresses: string[];
	/** Only people with both rights change these. */
	may: boolean;
}

export function OwnSupport({ me, addresses, may }: OwnSupportProps) {
	const t = useWords(contactsWords);
	const add = useChange(me, (address: string) =>
		ask(api.POST("/support-settings/support-addresses", { body: { address } })),
	);
	const remove = useChange(me, (address: string) =>
		ask(api.DELETE("/support-settings/support-addresses", { body: { address } })),
	);
	return (
		<section aria-labelledby="own" className="stack">
			<h2 id="own">{t.own}</h2>
			<p className="soft">{t.ownLead}</p>
			{addresses.length === 0 ? <Empty>{t.noOwn}</Empty> : null}
			<ul className={`plain-list ${classes.list}`}>
				{addresses.map((address) => (
					<li key={address} className={classes.line}>
						<div className={classes.head}>
							<span className={classes.who}>{address}</span>
							{may ? (
								<Button
									size="sm"
									variant="subtle"
									disabled={remove.busy}
									aria-label={t.removeThis(address)}
									onClick={() => remove.run(address)}
								>
									{t.remove}
								</Button>
							) : null}
						</div>
					</li>
				))}
			</ul>
			<Refused error={remove.error} />
			<div role="status" className={classes.outcome}>
				{remove.done > 0 ? <p className={classes.good}>{t.saved}</p> : null}
			</div>
			{may ? (
				<AddField label={t.newOwn} type="email" button={t.addAddress} act={add} done={t.saved} />
			) : null}
			{remove.dialog}
		</section>
	);
}

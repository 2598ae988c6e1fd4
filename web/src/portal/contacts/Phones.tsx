// One's own telephone numbers: a call from one of them is recognised, a call back goes there (rule P6).
import { Button } from "@mantine/core";
import { api, ask } from "../../shared/api/client";
import type { Me, PhoneView } from "../../shared/api/types";
import { Empty, Refused } from "../../shared/frame/states";
import { useWords } from "../../shared/words/language";
import { AddField } from "./AddField";
import classes from "./contacts.module.css";
import { useChange } from "./queries";
import { outcomeText } from "./tell";
import { contactsWords } from "./words";

export function Phones({ me, phones }: { me: Me; phones: PhoneView[] }) {
	const t = useWords(contactsWords);
	const add = useChange(me, (number: string) =>
		ask(api.POST("/support-settings/phones", { body: { number } })),
	);
	const remove = useChange(me, (id: string) =>
		ask(api.DELETE("/support-settings/phones/{id}", { params: { path: { id } } })),
	);
	return (
		<section aria-labelledby="phones" className="stack">
			<h2 id="phones">{t.phones}</h2>
			<p className="soft">{t.phonesLead}</p>
			{phones.length === 0 ? <Empty>{t.noPhones}</Empty> : null}
			<ul className={`plain-list ${classes.list}`}>
				{phones.map((phone) => (
					<li key={phone.id} className={classes.line}>
						<div className={classes.head}>
							<span className={classes.who}>{phone.display}</span>
							<Button
								size="sm"
								variant="subtle"
								disabled={remove.busy}
								aria-label={t.removeThis(phone.display)}
								onClick={() => remove.run(phone.id)}
							>
								{t.remove}
							</Button>
						</div>
					</li>
				))}
			</ul>
			<Refused error={remove.error} />
			<AddField
				label={t.newPhone}
				hint={t.phoneHint}
				type="tel"
				button={t.addPhone}
				act={add}
				done={outcomeText(add.data, t.saved, t.savedWaits)}
			/>
			{remove.dialog}
		</section>
	);
}

// One's own mail addresses: which is the primary one, which still need confirming, what is odd (Z6 to Z15).
import { Button } from "@mantine/core";
import { api, ask } from "../../shared/api/client";
import type { AddressView, Me } from "../../shared/api/types";
import { Empty, Refused } from "../../shared/frame/states";
import { say } from "../../shared/words/dictionary";
import { useLanguage, useWords } from "../../shared/words/language";
import { useNow } from "../../shared/words/now";
import { moment } from "../../shared/words/time";
import { AddField } from "./AddField";
import classes from "./contacts.module.css";
import { useChange } from "./queries";
import { outcomeText } from "./tell";
import { contactsWords } from "./words";

export function Addresses({ me, addresses }: { me: Me; addresses: AddressView[] }) {
	const t = useWords(contactsWords);
	const add = useChange(me, (address: string) =>
		ask(api.POST("/support-settings/addresses", { body: { address } })),
	);
	return (
		<section aria-labelledby="addresses" className="stack">
			<h2 id="addresses">{t.addresses}</h2>
			<p className="soft">{t.addressesLead}</p>
			{addresses.length === 0 ? <Empty>{t.noAddresses}</Empty> : null}
			<ul className={`plain-list ${classes.list}`}>
				{addresses.map((address) => (
					<AddressLine key={address.id} me={me} address={address} />
				))}
			</ul>
			<AddField
				label={t.newAddress}
				type="email"
				button={t.addAddress}
				act={add}
				done={t.addressAdded}
			/>
		</section>
	);
}

type Step = "challenge" | "primary" | "remove";

function AddressLine({ me, address }: { me: Me; address: AddressView }) {
	const t = useWords(contactsWords);
	const { language } = useLanguage();
	const now = useNow();
	const params = { path: { id: address.id } };
	const step = useChange<Step, unknown>(me, (what) => {
		if (what === "remove") return ask(api.DELETE("/support-settings/addresses/{id}", { params }));
		if (what === "primary")
			return ask(api.POST("/support-settings/addresses/{id}/primary", { params }));
		return ask(api.POST("/support-settings/addresses/{id}/challenge", { params }));
	});
	const sent = address.challenge_sent_at;
	const waits = outcomeText(step.data, "", t.savedWaits);
	return (
		<li className={classes.line} data-testid="address-line">
			<div className={classes.head}>
				<div className={classes.who}>
					<span>{address.address}</span>
					<p className="small">
						{address.primary ? <strong>{t.primary} · </strong> : null}
						{address.confirmed_at ? (
							<span className={classes.good}>{t.confirmed}</span>
						) : (
							<span className={classes.flag}>{t.unconfirmed}</span>
						)}
						{sent && !address.confirmed_at ? (
							<span className="soft"> · {t.sent(moment(sent, now, language))}</span>
						) : null}
					</p>
				</div>
				<div className="row">
					{address.confirmed_at ? null : (
						<Button
							size="sm"
							variant="default"
							disabled={step.busy}
							onClick={() => step.run("challenge")}
						>
							{sent ? t.sendAgain : t.sendConfirm}
						</Button>
					)}
					{address.confirmed_at && !address.primary ? (
						<Button
							size="sm"
							variant="default"
							disabled={step.busy}
							onClick={() => step.run("primary")}
						>
							{t.makePrimary}
						</Button>
					) : null}
					{address.primary ? null : (
						<Button
							size="sm"
							variant="subtle"
							disabled={step.busy}
							aria-label={t.removeThis(address.address)}
							onClick={() => step.run("remove")}
						>
							{t.remove}
						</Button>
					)}
				</div>
			</div>
			{address.flags.map((flag) => (
				<p key={flag} className={classes.flag}>
					<span aria-hidden="true">! </span>
					{say(t, `flag_${flag.replace(/^address\./, "")}`)}
				</p>
			))}
			<div role="status" className={classes.outcome}>
				{step.done > 0 && waits ? <p className={classes.good}>{waits}</p> : null}
			</div>
			<Refused error={step.error} />
			{step.dialog}
		</li>
	);
}

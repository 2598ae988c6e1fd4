// The list of contacts with their rights (rules P2 to P5, Z12), and adding, changing, removing them.
import { Button } from "@mantine/core";
import { useState } from "react";
import { api, ask } from "../../shared/api/client";
import type { ContactChange, Me, SupportContact, SupportSettings } from "../../shared/api/types";
import { Refused } from "../../shared/frame/states";
import { say } from "../../shared/words/dictionary";
import { useWords } from "../../shared/words/language";
import { ActivationCode } from "./ActivationCode";
import classes from "./contacts.module.css";
import { PersonForm, type PersonValues } from "./PersonForm";
import { useChange } from "./queries";
import { authorised, outcomeText, rightsText } from "./tell";
import { contactsWords } from "./words";

/** Who may change the list: people with both rights; while there are none, the owner (rule P12). */
export function mayChange(me: Me, contacts: SupportContact[]): boolean {
	const rights = me.contact?.rights;
	if (rights?.support && rights.instruction) return true;
	const anybody = contacts.some((contact) => contact.active && authorised(contact));
	return !anybody && me.contact?.role === "owner";
}

export function People({ me, settings }: { me: Me; settings: SupportSettings }) {
	const t = useWords(contactsWords);
	const [adding, setAdding] = useState(false);
	const may = mayChange(me, settings.contacts);
	const add = useChange(
		me,
		(values: PersonValues) => ask(api.POST("/support-settings/contacts", { body: values })),
		() => setAdding(false),
	);
	const heads = settings.owner_and_admins.map((one) => one.name).join(", ") || t.none;
	const deciders = settings.contacts.filter((one) => one.active && authorised(one));
	return (
		<section aria-labelledby="people" className="stack">
			<h2 id="people">{t.people}</h2>
			<p className="soft">{t.peopleLead}</p>
			<p>{t.headAdmins(heads)}</p>
			<ul className={`plain-list ${classes.list}`}>
				{settings.contacts.map((contact) => (
					<PersonLine key={contact.id} me={me} contact={contact} may={may} />
				))}
			</ul>
			<Outcome change={add.data} />
			<ActivationCode code={add.data?.activation_code} />
			{may && !adding ? (
				<div>
					<Button variant="default" onClick={() => setAdding(true)}>
						{t.add}
					</Button>
				</div>
			) : null}
			{may ? null : (
				<p className="soft">
					{t.onlyAuthorised(deciders.map((one) => one.name).join(", ") || heads)}
				</p>
			)}
			{adding ? (
				<PersonForm
					title={t.addTitle}
					busy={add.busy}
					error={add.error}
					onSend={add.run}
					onCancel={() => setAdding(false)}
				/>
			) : null}
			{add.dialog}
		</section>
	);
}

/** Done at once, or waiting for the second person. */
function Outcome({ change }: { change: ContactChange | undefined }) {
	const t = useWords(contactsWords);
	return (
		<div role="status" className={classes.outcome}>
			{change ? (
				<p className={classes.good}>{outcomeText(change, t.savedNow, t.savedWaits)}</p>
			) : null}
		</div>
	);
}

type Open = "no" | "change" | "remove";

function PersonLine({ me, contact, may }: { me: Me; contact: SupportContact; may: boolean }) {
	const t = useWords(contactsWords);
	const [open, setOpen] = useState<Open>("no");
	const shut = () => setOpen("no");
	const params = { path: { id: contact.id } };
	const change = useChange(
		me,
		({ role, support, instruction }: PersonValues) =>
			ask(
				api.PATCH("/support-settings/contacts/{id}", {
					params,
					body: { role, support, instruction },
				}),
			),
		shut,
	);
	const remove = useChange(
		me,
		() => ask(api.DELETE("/support-settings/contacts/{id}", { params })),
		shut,
	);
	return (
		<li className={classes.line} data-testid="contact-line">
			<div className={classes.head}>
				<div className={classes.who}>
					<span className={classes.name}>{contact.name}</span>{" "}
					<span className="soft">
						({[say(t, `role_${contact.role}`), contact.me ? t.you : ""].filter(Boolean).join(", ")})
					</span>
					<p className={authorised(contact) ? classes.good : "soft"}>
						{contact.active ? rightsText(contact, t) : t.inactive}
					</p>
					{contact.active && !contact.addresses_ok ? (
						<p className={classes.flag}>! {t.addressBad}</p>
					) : null}
				</div>
				{may && contact.active && open === "no" ? (
					<div className="row">
						<Button
							size="sm"
							variant="default"
							aria-label={t.changeOf(contact.name)}
							onClick={() => setOpen("change")}
						>
							{t.change}
						</Button>
						<Button
							size="sm"
							variant="subtle"
							aria-label={t.removeOf(contact.name)}
							onClick={() => setOpen("remove")}
						>
							{t.remove}
						</Button>
					</div>
				) : null}
			</div>
			{open === "change" ? (
				<PersonForm
					title={t.changeOf(contact.name)}
					contact={contact}
					busy={change.busy}
					error={change.error}
					onSend={change.run}
					onCancel={shut}
				/>
			) : null}
			{open === "remove" ? (
				<div className={`stack ${classes.form}`}>
					<p>{t.removeSure(contact.name)}</p>
					<Refused error={remove.error} />
					<div className="row">
						<Button color="red" loading={remove.busy} onClick={() => remove.run(undefined)}>
							{t.removeYes}
						</Button>
						<Button variant="default" onClick={shut}>
							{t.keep}
						</Button>
					</div>
				</div>
			) : null}
			<Outcome change={change.data ?? remove.data} />
			{change.dialog}
			{remove.dialog}
		</li>
	);
}

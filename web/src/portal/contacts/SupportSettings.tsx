// Settings › Support: contacts and their rights, waiting changes, one's own addresses and numbers.
import { Link } from "react-router";
import type { Me, SupportSettings as Settings } from "../../shared/api/types";
import { Broken, Loading } from "../../shared/frame/states";
import { useTitle } from "../../shared/frame/title";
import { Colleagues } from "../../shared/recovery/Colleagues";
import { say } from "../../shared/words/dictionary";
import { useWords } from "../../shared/words/language";
import { Addresses } from "./Addresses";
import { Changes } from "./Changes";
import classes from "./contacts.module.css";
import { OwnSupport } from "./OwnSupport";
import { People } from "./People";
import { Phones } from "./Phones";
import { useSupportSettings } from "./queries";
import { authorised } from "./tell";
import { contactsWords } from "./words";

export default function SupportSettings({ me }: { me: Me }) {
	const t = useWords(contactsWords);
	const settings = useSupportSettings();
	useTitle(t.title);
	return (
		<div className="stack-wide">
			<div className="stack">
				<p>
					<Link to="/settings">← {t.back}</Link>
				</p>
				<h1>{t.title}</h1>
				<p className="soft">{t.lead}</p>
			</div>
			{settings.isPending ? <Loading lines={6} /> : null}
			{settings.isError && !settings.data ? (
				<Broken error={settings.error} again={() => settings.refetch()} />
			) : null}
			{settings.data ? <Sections me={me} settings={settings.data} /> : null}
		</div>
	);
}

function Sections({ me, settings }: { me: Me; settings: Settings }) {
	return (
		<>
			<Warnings codes={settings.warnings} />
			<Colleagues me={me} />
			<Changes me={me} changes={settings.changes} />
			<People me={me} settings={settings} />
			<Addresses me={me} addresses={settings.me.addresses} />
			<Phones me={me} phones={settings.me.phones} />
			<OwnSupport
				me={me}
				addresses={settings.support_addresses}
				may={me.contact ? authorised(me.contact.rights) : false}
			/>
			<Policy age={settings.policy.ticket_age} />
		</>
	);
}

/** What should be mended, and how (rules P12, Z13 to Z15). */
function Warnings({ codes }: { codes: string[] }) {
	const t = useWords(contactsWords);
	if (codes.length === 0) return null;
	return (
		<section aria-label={t.attention}>
			<ul className="plain-list stack">
				{codes.map((code) => (
					<li key={code} className={classes.warning}>
						<span className={classes.warningMark} aria-hidden="true">
							!
						</span>
						<span>{say(t, `warning_${code}`)}</span>
					</li>
				))}
			</ul>
		</section>
	);
}

/** The provider's choice of how a request's age is counted (rules B15, X4). */
function Policy({ age }: { age: string }) {
	const t = useWords(contactsWords);
	return (
		<section className="stack-close">
			<h2>{t.policy}</h2>
			<p>{say(t, `policy_${age}`)}</p>
			<p className="soft">{t.policySilence}</p>
		</section>
	);
}

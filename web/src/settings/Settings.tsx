// What a person sets for themselves: language, light or dark, password, second factor, sign-ins.
import { SegmentedControl, useMantineColorScheme } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api, ask } from "../api/client";
import { keys } from "../api/keys";
import type { Language, Me } from "../api/types";
import { useLanguageSwitch } from "../frame/PersonMenu";
import { Broken, Loading } from "../frame/states";
import { useTitle } from "../frame/title";
import { say } from "../words/dictionary";
import { useLanguage, useWords } from "../words/language";
import { PasswordForm } from "./PasswordForm";
import { SignIns } from "./SignIns";
import { Totp } from "./Totp";
import { settingsWords } from "./words";

export default function Settings({ me }: { me: Me }) {
	const t = useWords(settingsWords);
	useTitle(t.title);
	return (
		<div className="stack-wide" style={{ maxWidth: "40rem" }}>
			<h1>{t.title}</h1>
			<Look />
			{me.contact ? <Rights me={me} /> : null}
			<PasswordForm />
			<Totp me={me} />
			<SignIns />
		</div>
	);
}

function Look() {
	const t = useWords(settingsWords);
	const { language } = useLanguage();
	const switchTo = useLanguageSwitch();
	const scheme = useMantineColorScheme({ keepTransitions: true });
	return (
		<section className="stack">
			<div className="stack-close">
				<h2 id="language">{t.language}</h2>
				<SegmentedControl
					aria-labelledby="language"
					value={language}
					onChange={(value) => switchTo(value as Language)}
					data={[
						{ value: "de", label: "Deutsch" },
						{ value: "en", label: "English" },
					]}
				/>
			</div>
			<div className="stack-close">
				<h2 id="theme">{t.theme}</h2>
				<SegmentedControl
					aria-labelledby="theme"
					value={scheme.colorScheme}
					onChange={(value) => scheme.setColorScheme(value as "light" | "dark" | "auto")}
					data={[
						{ value: "auto", label: t.system },
						{ value: "light", label: t.light },
						{ value: "dark", label: t.dark },
					]}
				/>
			</div>
		</section>
	);
}

/** Every contact can see who may do what (rules Z12, P2). */
function Rights({ me }: { me: Me }) {
	const t = useWords(settingsWords);
	const customer = useQuery({
		queryKey: keys.ownCustomer,
		queryFn: () => ask(api.GET("/customer")),
	});
	return (
		<section className="stack">
			<h2>{t.people}</h2>
			<p>{me.contact?.rights.support ? t.rightsSupport : t.rightsNoSupport}</p>
			{customer.isPending ? <Loading lines={2} /> : null}
			{customer.isError && !customer.data ? (
				<Broken error={customer.error} again={() => customer.refetch()} />
			) : null}
			<ul>
				{customer.data?.contacts.map((contact) => (
					<li key={contact.id}>
						{contact.name} <span className="soft">({say(t, `role_${contact.role}`)})</span>
						{contact.rights.support ? ` · ${t.support}` : null}
						{contact.rights.instruction ? ` · ${t.instruction}` : null}
					</li>
				))}
			</ul>
		</section>
	);
}

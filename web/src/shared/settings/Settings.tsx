// What a person sets for themselves: language, light or dark, password, second factor, sign-ins.
import { SegmentedControl, useMantineColorScheme } from "@mantine/core";
import { Link } from "react-router";
import type { Language, Me } from "../api/types";
import { useLanguageSwitch } from "../frame/PersonMenu";
import { useTitle } from "../frame/title";
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

/** What one may do oneself; who else may do what has a page of its own (rules Z12, P2). */
function Rights({ me }: { me: Me }) {
	const t = useWords(settingsWords);
	return (
		<section className="stack-close">
			<h2>{t.people}</h2>
			<p>{me.contact?.rights.support ? t.rightsSupport : t.rightsNoSupport}</p>
			<p>
				<Link to="/settings/support">{t.toSupport}</Link>
			</p>
		</section>
	);
}

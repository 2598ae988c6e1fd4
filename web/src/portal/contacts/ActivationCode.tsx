// A new contact's code, shown once: whoever agreed hands it over by another way than mail.
import { Secret } from "../../shared/frame/Secret";
import { useWords } from "../../shared/words/language";
import { contactsWords } from "./words";

export function ActivationCode({ code }: { code: string | null | undefined }) {
	const t = useWords(contactsWords);
	if (!code) return null;
	return (
		<div className="sheet stack">
			<Secret label={t.code} value={code} />
			<p className="soft">{t.codeHint}</p>
		</div>
	);
}

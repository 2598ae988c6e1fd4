// What a refusal says to a person, by its stable code. Unknown codes fall back to the server's words.
import { codeOf, Problem } from "../api/problem";
import type { Language } from "../api/types";
import { words } from "./dictionary";
import { useLanguage } from "./language";

export const refusals = words(
	{
		network: "Der Server antwortet nicht. Bitte versuchen Sie es gleich noch einmal.",
		unknown: "Das hat nicht geklappt. Bitte versuchen Sie es noch einmal.",
		"sign_in.wrong": "Damit ist keine Anmeldung möglich. Bitte prüfen Sie Ihre Angaben.",
		"sign_in.totp_needed": "Bitte geben Sie noch den Code aus Ihrer Authenticator-App ein.",
		"sign_in.throttled": "Zu viele Versuche. Bitte warten Sie einige Minuten.",
		"sign_in.link_spent": "Dieser Link gilt nicht mehr. Fordern Sie einen neuen an.",
		"sign_in.needed": "Bitte melden Sie sich an.",
		"provider.unknown": "Diese Adresse gehört zu keinem Anbieter.",
		"activation.wrong": "Der Link oder der Code gilt nicht (mehr).",
		"pin.mistyped": "Diese PIN kann nicht stimmen: Vertippt? Es wurde kein Versuch gezählt.",
		"pin.wrong": "Diese PIN öffnet hier nichts. Bitte noch einmal vorlesen lassen.",
		"pin.form_locked":
			"Ihr PIN-Feld ist nach zu vielen Fehlversuchen gesperrt. Ihre Leitung kann es entsperren.",
		"pin.closed":
			"Der Weg über die PIN ist bei diesem Kunden nach Fehlversuchen geschlossen. Er öffnet sich, wenn sich eine berechtigte Person des Kunden neu anmeldet.",
		"pin.needs_confirmation": "Bitte bestätigen Sie zuerst Ihr Passwort.",
		"pin.not_authorised": "Sie sind nicht für Support-Anfragen berechtigt.",
		"staff.lacks": "Ihnen fehlt noch etwas, um Zugänge zu öffnen.",
		"consent.needed": "Dafür braucht es die Zustimmung des Kunden.",
		"ground.needed": "Dafür braucht es eine PIN des Kunden.",
		"ground.over": "Der Zugang ist schon beendet.",
		"ground.unknown": "Diesen Zugang gibt es nicht.",
		"log.unavailable":
			"Das Protokoll kann gerade nicht geschrieben werden. Bis dahin öffnet sich keine Tür; beenden geht weiterhin.",
		"input.invalid": "Bitte prüfen Sie die markierten Felder.",
		"http.404": "Das gibt es hier nicht.",
		not_found: "Das gibt es hier nicht.",
		"http.403": "Dafür fehlt Ihnen das Recht.",
		"http.401": "Bitte melden Sie sich an.",
	},
	{
		network: "The server does not answer. Please try again in a moment.",
		unknown: "That did not work. Please try again.",
		"sign_in.wrong": "That does not sign you in. Please check what you entered.",
		"sign_in.totp_needed": "Please enter the code from your authenticator app as well.",
		"sign_in.throttled": "Too many attempts. Please wait a few minutes.",
		"sign_in.link_spent": "This link is no longer good. Ask for a new one.",
		"sign_in.needed": "Please sign in.",
		"provider.unknown": "This address belongs to no provider.",
		"activation.wrong": "The link or the code is not (or no longer) good.",
		"pin.mistyped": "That PIN cannot be right: a typing slip? No attempt was counted.",
		"pin.wrong": "That PIN opens nothing here. Please have it read out again.",
		"pin.form_locked":
			"Your PIN field is locked after too many wrong attempts. Your lead can unlock it.",
		"pin.closed":
			"The PIN way is closed for this customer after wrong attempts. It opens when one of the customer's authorised people signs in afresh.",
		"pin.needs_confirmation": "Please confirm your password first.",
		"pin.not_authorised": "You are not authorised to ask for support.",
		"staff.lacks": "Something is still missing before you can open access.",
		"consent.needed": "This needs the customer's consent.",
		"ground.needed": "This needs a PIN from the customer.",
		"ground.over": "This access has already ended.",
		"ground.unknown": "There is no such access.",
		"log.unavailable":
			"The log cannot be written right now. Until it can, no door opens; ending still works.",
		"input.invalid": "Please check the marked fields.",
		"http.404": "There is nothing here.",
		not_found: "There is nothing here.",
		"http.403": "You lack the right to do this.",
		"http.401": "Please sign in.",
	},
);

/** One sentence for anything thrown. */
export function refusalText(error: unknown, language: Language): string {
	return codeText(codeOf(error), error instanceof Problem ? error.message : "", language);
}

/** One sentence for a code, e.g. of a decision that says why a product is closed. */
export function codeText(code: string, fallback: string, language: Language): string {
	const known = refusals[language] as Record<string, string>;
	return known[code] ?? (fallback || known.unknown || "");
}

/** `refusalText` in the page's language. */
export function useRefusal(): (error: unknown) => string {
	const { language } = useLanguage();
	return (error) => refusalText(error, language);
}

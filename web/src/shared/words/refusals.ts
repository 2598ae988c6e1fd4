// What a refusal says to a person, by its stable code. Unknown codes fall back to the server's words.
import { codeOf, Problem } from "../api/problem";
import type { Language } from "../api/types";
import decisions from "./decisions.json";
import { words } from "./dictionary";
import { useLanguage } from "./language";

export const refusals = words(
	{
		network: "Der Server antwortet nicht. Bitte versuchen Sie es gleich noch einmal.",
		"body.too_slow": "Die Anfrage kam nicht rechtzeitig an. Bitte versuchen Sie es noch einmal.",
		"request.too_many": "Gerade kommt zu viel auf einmal. Bitte warten Sie einen Moment.",
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
		"staff.leads_only": "Das ist der Leitung vorbehalten.",
		"staff.admins_only": "Das ist der Verwaltung vorbehalten.",
		"staff.guest": "Gäste sehen nur, wozu sie eingeladen sind.",
		"staff.not_oneself": "Das geht nicht bei sich selbst. Bitte jemand anderen darum.",
		"route.unclassified": "Das steht nicht im Produktkatalog, deshalb bleibt es zu.",
		"route.query":
			"Mit diesen Angaben in der Adresse bleibt es zu: Sie könnten verdeckte Daten verraten oder etwas ändern.",
		"route.body": "Mit mitgeschickten Angaben bleibt es zu: Sie könnten verdeckte Daten verraten.",
		"route.too_often":
			"Zu viele Suchen nacheinander auf einer verdeckten Seite. Die Leitung weiß davon.",
		"request.override": "Der Abruf wollte dem Produkt eine andere Methode nennen.",
		"request.foreign": "Der Abruf kam von einer anderen Seite.",
		"request.service_worker": "Bei einem Besuch laufen keine Hintergrundskripte.",
		"request.ambiguous": "Der Abruf war nicht eindeutig.",
		"request.slow": "Der Abruf kam nicht vollständig an.",
		"visit.no_user":
			"Dieser Kontakt hat in diesem Produkt keinen Nutzer. Die Verwaltung kann ihn eintragen.",
		"visit.too_many": "Es laufen schon zu viele Besuche. Beenden Sie zuerst einen.",
		"visit.objected_already": "Von diesem Besuch weiß die Leitung schon.",
		"request.invalid": "Das war so nicht zu lesen. Bitte laden Sie die Seite neu.",
		"body.not_json": "Das war so nicht zu lesen. Bitte laden Sie die Seite neu.",
		"method.not_allowed": "Das geht hier nicht. Bitte laden Sie die Seite neu.",
		"totp.there": "Der zweite Faktor ist schon eingeschaltet.",
		"sign_in.needs_confirmation": "Bitte bestätigen Sie zuerst Ihr Passwort.",
		"origin.foreign":
			"Diese Seite wurde unter einer anderen Adresse geöffnet. Bitte laden Sie sie neu.",
		"body.too_large": "Das ist zu lang. Bitte kürzen.",
		busy: "Gerade ist viel los. Bitte versuchen Sie es gleich noch einmal.",
		conflict: "Das gibt es schon. Bitte wählen Sie einen anderen Namen oder eine andere Nummer.",
		internal: "Bei uns ist etwas schiefgegangen. Es wurde nichts geändert.",
		"ticket.taken": "Jemand anderes hat diese Anfrage schon übernommen.",
		"ticket.not_yours": "Das geht nur, wenn Sie die Anfrage übernommen haben.",
		"ticket.merged": "Diese Anfrage wurde mit einer anderen zusammengelegt. Dort geht es weiter.",
		"ticket.open": "Diese Anfrage ist offen. Das geht nur bei geschlossenen oder gesperrten.",
		"ticket.not_mergeable": "Zusammenführen geht nur mit einer anderen Anfrage desselben Kunden.",
		"ticket.too_many_watchers": "Mehr können nicht mitlesen. Entfernen Sie zuerst jemanden.",
		"guest.is_staff":
			"Diese Adresse gehört zu jemandem aus dem Team. Lassen Sie die Person einfach mitlesen.",
		"guest.inactive": "Dieser Gast ist gesperrt. Die Verwaltung kann das ändern.",
		"mail.decided": "Über diese E-Mail ist schon entschieden.",
		"mail.verification":
			"Vielleicht bestätigt diese E-Mail ein Konto bei einem fremden Dienst. Ansehen und zulassen können sie die Leitungen.",
		"mail.live_secrets":
			"In dieser E-Mail stehen gültige Zugangsdaten. Machen Sie eine Anfrage daraus: Dort sind sie unkenntlich.",
		"mail.unregistered":
			"Diese Adresse ist nirgends eingetragen. Rückfragen gehen nur an eingetragene Adressen.",
		"address.shared":
			"Diese Adresse nutzt schon jemand anderes. Nehmen Sie eine, die nur Sie lesen.",
		"address.primary": "Das ist die Hauptadresse. Wählen Sie zuerst eine andere.",
		"attachment.empty": "Diese Datei ist leer.",
		"attachment.busy":
			"Gerade werden viele Dateien hochgeladen. Bitte gleich noch einmal versuchen.",
		"attachment.not_stored":
			"Die Datei konnte nicht gespeichert werden. Bitte noch einmal versuchen.",
		"attachment.unreadable": "Diese Datei ist gerade nicht lesbar.",
		"mail.unreadable": "Diese Mail ist gerade nicht lesbar. Bitte gleich noch einmal versuchen.",
		"attachment.too_large": "Diese Datei ist zu groß. Möglich sind bis zu 25 MB.",
		"attachment.too_many": "Das sind zu viele Dateien. Möglich sind 20 auf einmal.",
		"leave.own": "Das muss jemand anderes erlauben.",
		"leave.needless": "Das Original können Sie ohne Erlaubnis ansehen.",
		"leave.pending": "Darum wurde schon gebeten.",
		"leave.none": "Das Original braucht zuerst die Erlaubnis einer zweiten Person.",
		"recovery.over": "Das gilt nicht mehr. Fordern Sie einen neuen Link an.",
		"recovery.not_ready":
			"Noch nicht: Jemand muss zuerst zustimmen, oder die Wartezeit läuft noch.",
		"recovery.not_approver": "Dem muss jemand anderes zustimmen.",
		"recovery.words_wrong": "Das sind nicht die zwei Wörter dieses Antrags.",
		"recovery.approved": "Sie haben schon zugestimmt. Es fehlt noch jemand anderes.",
		"contact_change.own": "Das muss eine zweite berechtigte Person bestätigen.",
		"contact_change.not_authorised": "Das dürfen nur Personen mit beiden Rechten.",
		"contact_change.over": "Über diese Änderung ist schon entschieden, oder ihre Zeit ist um.",
		"contact.too_many": "Mehr passen hier nicht hin. Entfernen Sie zuerst etwas.",
		"address.unconfirmed":
			"Bestätigen Sie diese Adresse zuerst: mit dem Link, den wir dorthin geschickt haben.",
		"address.taken": "Diese Adresse gehört schon zu jemandem.",
		"address.invalid": "Diese Adresse stimmt so nicht. Bitte prüfen.",
		"address.local_part":
			"Vor dem @ gehen nur die Buchstaben a bis z. Bitte eine andere Adresse nennen.",
		"phone.invalid": "Diese Nummer stimmt so nicht. Am besten mit Vorwahl, etwa +49 30 …",
		"note.not_yours": "Das ändert nur, wer die Notiz geschrieben hat.",
		"note.too_many": "Mehr als hundert Notizen passen nicht. Löschen Sie zuerst eine.",
		"import.unreadable": "Diese Datei ist keine lesbare CSV-Datei.",
		"import.empty":
			"Die erste Zeile nennt die Spalten, danach muss mindestens eine weitere kommen.",
		"import.too_many": "Das sind zu viele Zeilen oder Spalten. Teilen Sie die Datei auf.",
		"import.column_missing":
			"In der ersten Zeile fehlen Spalten. Nötig sind die oben genannten, in dieser oder ähnlicher Schreibweise.",
		"import.column_twice": "Zwei Spalten bedeuten dasselbe. Lassen Sie eine weg.",
		"product_user.taken":
			"Dieser Benutzer im Produkt gehört schon zu jemandem. Bitte die Kennung dort noch einmal nachsehen.",
		"call.not_in_ticket":
			"Wer anrief, gehört nicht zu dieser Anfrage. Halten Sie den Anruf in einer eigenen Anfrage fest.",
		"call.unregistered_number":
			"Diese Nummer ist nicht eingetragen. Bitte unter einer eingetragenen Nummer zurückrufen.",
		"challenge.too_many":
			"Dorthin ging heute schon genug. Sehen Sie im Postfach nach, auch im Spam-Ordner; morgen geht es weiter.",
		"actor.contacts_only": "Das ist Kunden vorbehalten.",
		"challenge.over": "Diese Frage ist schon beantwortet, oder ihre Zeit ist um.",
		"input.invalid": "Bitte prüfen Sie die markierten Felder.",
		"http.404": "Das gibt es hier nicht.",
		not_found: "Das gibt es hier nicht.",
		"http.403": "Dafür fehlt Ihnen das Recht.",
		"http.401": "Bitte melden Sie sich an.",
	},
	{
		network: "The server does not answer. Please try again in a moment.",
		"body.too_slow": "The request did not arrive in time. Please try again.",
		"request.too_many": "Too much is coming in at once. Please wait a moment.",
		unknown: "That did not work. Please try again.",
		"sign_in.wrong": "That does not sign you in. Please check what you entered.",
		"sign_in.totp_needed": "Please enter the code from your authenticator app as well.",
		"sign_in.throttled": "Too many attempts. Please wait a few minutes.",
		"sign_in.link_spent": "This link is no longer valid. Ask for a new one.",
		"sign_in.needed": "Please sign in.",
		"provider.unknown": "This address belongs to no provider.",
		"activation.wrong": "The link or the code is not (or no longer) good.",
		"pin.mistyped": "That PIN cannot be right: a typing slip? No attempt was counted.",
		"pin.wrong": "That PIN opens nothing here. Please have it read out again.",
		"pin.form_locked":
			"Your PIN field is locked after too many wrong attempts. Your lead can unlock it.",
		"pin.closed":
			"PINs are blocked for this customer after wrong attempts. They work again when one of the customer's authorised people signs in afresh.",
		"pin.needs_confirmation": "Please confirm your password first.",
		"pin.not_authorised": "You are not authorised to ask for support.",
		"staff.lacks": "Something is still missing before you can open access.",
		"staff.leads_only": "This is for leads.",
		"staff.admins_only": "This is for administration.",
		"staff.guest": "Guests see only what they were invited to.",
		"staff.not_oneself": "Not on yourself. Please ask somebody else.",
		"route.unclassified": "The product catalogue does not name it, so it stays closed.",
		"route.query":
			"With these parameters it stays closed: they could give masked data away, or change something.",
		"route.body": "With something sent along it stays closed: it could give masked data away.",
		"route.too_often": "Too many searches in a row on a masked page. The leads know.",
		"request.override": "It would have named another method to the product.",
		"request.foreign": "It came from another site.",
		"request.service_worker": "No background scripts run during a visit.",
		"request.ambiguous": "It was ambiguous.",
		"request.slow": "It did not arrive in full.",
		"visit.no_user": "This contact has no user in this product. The administration can enter one.",
		"visit.too_many": "Too many visits are running. End one first.",
		"visit.objected_already": "The leads know about this visit already.",
		"request.invalid": "That could not be read. Please load the page again.",
		"body.not_json": "That could not be read. Please load the page again.",
		"method.not_allowed": "That cannot be done here. Please load the page again.",
		"totp.there": "The second factor is already on.",
		"sign_in.needs_confirmation": "Please confirm your password first.",
		"origin.foreign": "This page was opened under another address. Please load it again.",
		"body.too_large": "That is too long. Please shorten it.",
		busy: "A lot is going on right now. Please try again in a moment.",
		conflict: "That exists already. Please choose another name or number.",
		internal: "Something failed on our side. Nothing was changed.",
		"ticket.taken": "Somebody else has already taken this request over.",
		"ticket.not_yours": "Only whoever has taken the request over can do this.",
		"ticket.merged": "This request was merged into another one. It goes on there.",
		"ticket.open": "This request is open. That is for closed or locked ones only.",
		"ticket.not_mergeable": "Merging works only with another request of the same customer.",
		"ticket.too_many_watchers": "No more people can watch this. Remove somebody first.",
		"guest.is_staff": "This address belongs to a colleague. Just let them watch the request.",
		"guest.inactive": "This guest’s access is switched off. The administration can change that.",
		"mail.decided": "This mail has been decided already.",
		"mail.verification":
			"This mail may confirm an account at another service. Leads can look at it and let it in.",
		"mail.live_secrets":
			"There are live secrets in this mail. Make a request of it: there they are blacked out.",
		"mail.unregistered":
			"This address is registered nowhere. Questions go to registered addresses only.",
		"address.shared": "Somebody else uses this address. Take one that only you read.",
		"address.primary": "This is the primary address. Choose another one first.",
		"attachment.empty": "This file is empty.",
		"attachment.busy": "Many files are being uploaded right now. Please try again in a moment.",
		"attachment.not_stored": "The file could not be stored. Please try again.",
		"attachment.unreadable": "This file cannot be read right now.",
		"mail.unreadable": "This mail cannot be read right now. Please try again in a moment.",
		"attachment.too_large": "This file is too large. Up to 25 MB are possible.",
		"attachment.too_many": "Those are too many files. 20 at a time are possible.",
		"leave.own": "Somebody else has to allow this.",
		"leave.needless": "This needs no leave.",
		"leave.pending": "This has been asked for already.",
		"leave.none": "This has to be allowed first.",
		"recovery.over": "This is no longer valid. Please ask for a new link.",
		"recovery.not_ready":
			"Not yet: somebody has to approve first, or the time to object is not over.",
		"recovery.not_approver": "Somebody else has to approve this.",
		"recovery.words_wrong": "Those are not the two words of this request.",
		"recovery.approved": "You have approved already. Somebody else is still missing.",
		"contact_change.own": "A second authorised person has to confirm this.",
		"contact_change.not_authorised": "Only people with both rights may do this.",
		"contact_change.over": "This change has already been decided, or its time is up.",
		"contact.too_many": "There is no room for more. Remove something first.",
		"address.unconfirmed": "Confirm this address first, by the link we sent there.",
		"address.taken": "This address already belongs to somebody.",
		"address.invalid": "This address is not right yet. Please check it.",
		"address.local_part": "Before the @ only the letters a to z work. Please give another address.",
		"phone.invalid": "This number is not right yet. Best with its area code, such as +49 30 …",
		"note.not_yours": "Only whoever wrote the note changes it.",
		"note.too_many": "There is no room for more than a hundred notes. Delete one first.",
		"import.unreadable": "This file is no readable CSV file.",
		"import.empty": "The first line names the columns, and at least one more has to follow.",
		"import.too_many": "These are too many lines or columns. Split the file.",
		"import.column_missing":
			"Columns are missing in the first line. It takes those named above, spelt like this or alike.",
		"import.column_twice": "Two columns mean the same. Leave one of them out.",
		"product_user.taken":
			"This user in the product already belongs to somebody. Please look the id up there again.",
		"call.not_in_ticket":
			"Whoever called has no part in this request. Write the call down in a request of theirs.",
		"call.unregistered_number":
			"This number is not registered. Please call back on a registered one.",
		"challenge.too_many":
			"Enough mails went there today. Look through that mailbox, the spam folder too; tomorrow there can be more.",
		"actor.contacts_only": "This is for customers.",
		"challenge.over": "This question has been answered, or its time is up.",
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
	const decided = decisions[language] as Record<string, string>;
	return known[code] ?? decided[code] ?? (fallback || known.unknown || "");
}

/** `refusalText` in the page's language. */
export function useRefusal(): (error: unknown) => string {
	const { language } = useLanguage();
	return (error) => refusalText(error, language);
}

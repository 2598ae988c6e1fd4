import { words } from "../shared/words/dictionary";

export const panelWords = words(
	{
		glance: "Auf einen Blick",
		openTickets: "Offene Anfragen",
		noOpen: "Keine offene Anfrage.",
		lastTickets: "Letzte Anfragen",
		allTickets: "Alle Anfragen dieses Kunden",
		visits: "Letzte Besuche",
		noVisits: "Noch kein Besuch.",
		running: "läuft",
		by: (staff: string, product: string) => `${staff} in ${product}`,
		contacts: "Kontakte",
		role_owner: "Inhaber",
		role_admin: "Admin",
		role_member: "Mitglied",
		authorised: "berechtigt",
		support: "darf Support anfragen",
		none: "keine Rechte",
		masked:
			"Adressen und Nummern bleiben verdeckt: dafür braucht es eine Freigabe oder Zustimmung des Kunden.",
		notes: "Notizen",
		notesClosed: (n: number) =>
			n === 0
				? "Notizen schreiben und lesen Sie, sobald Ihnen der Zugang offen ist: mit PIN oder übernommener Anfrage."
				: n === 1
					? "1 Notiz. Lesbar, sobald Ihnen der Zugang offen ist: mit PIN oder übernommener Anfrage."
					: `${n} Notizen. Lesbar, sobald Ihnen der Zugang offen ist: mit PIN oder übernommener Anfrage.`,
		noNotes: "Noch keine Notiz.",
		newNote: "Was sollten Kollegen beim nächsten Mal wissen?",
		noteHint: "Keine Passwörter oder Zugangsdaten.",
		addNote: "Notiz speichern",
		edit: "Ändern",
		remove: "Löschen",
		removeNow: "Wirklich löschen",
		save: "Speichern",
		editText: "Notiz",
		edited: "geändert",
		redacted: "Etwas, das wie ein Passwort oder Schlüssel aussah, wurde herausgenommen.",
		mine: "Sie",
		manage: "Kunden verwalten",
		inactive: "Kein Kunde mehr. Es öffnet sich nichts.",
	},
	{
		glance: "At a glance",
		openTickets: "Open requests",
		noOpen: "No open request.",
		lastTickets: "Last requests",
		allTickets: "All requests of this customer",
		visits: "Last visits",
		noVisits: "No visit yet.",
		running: "running",
		by: (staff: string, product: string) => `${staff} in ${product}`,
		contacts: "Contacts",
		role_owner: "owner",
		role_admin: "admin",
		role_member: "member",
		authorised: "authorised",
		support: "may ask for support",
		none: "no rights",
		masked: "Addresses and numbers stay masked: they need a grant or the customer's consent.",
		notes: "Notes",
		notesClosed: (n: number) =>
			n === 0
				? "You read and write notes once access is open to you: by a PIN or a request you took over."
				: n === 1
					? "1 note. To be read once access is open to you: by a PIN or a request you took over."
					: `${n} notes. To be read once access is open to you: by a PIN or a request you took over.`,
		noNotes: "No note yet.",
		newNote: "What should colleagues know the next time?",
		noteHint: "No passwords or access data.",
		addNote: "Save the note",
		edit: "Change",
		remove: "Delete",
		removeNow: "Really delete",
		save: "Save",
		editText: "Note",
		edited: "changed",
		redacted: "Something that looked like a password or key was taken out.",
		mine: "You",
		manage: "Manage the customer",
		inactive: "No customer any more. Nothing opens.",
	},
);

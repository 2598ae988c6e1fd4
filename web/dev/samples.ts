// The mock's sample requests and what was written in them.
import type { AttachmentView, MessageView, TicketLine } from "../src/api/types.ts";
import { customers, jana, LONG_NAME, minutes, timo } from "./people.ts";

export const DAY = 24 * 60;
export const mara = { id: "k1", name: "Mara Sonnenfeld" };

let counted = 0;
export const next = (what: string) => {
	counted += 1;
	return `${what}${counted}`;
};

export function message(changes: Partial<MessageView>): MessageView {
	return {
		id: next("m"),
		kind: "message",
		via: "portal",
		proof: "signed_in",
		author: { kind: "contact", person: mara },
		at: minutes(-200),
		text: "",
		attachments: [],
		...changes,
	};
}

export function event(code: string, at: number, data: unknown = {}): MessageView {
	const author = { kind: "staff", person: jana };
	return message({
		kind: "event",
		via: "system",
		text: "",
		author,
		at: minutes(at),
		event: { code, data, person: null },
	});
}

export function file(changes: Partial<AttachmentView>): AttachmentView {
	return {
		id: next("a"),
		name: "bestellung.png",
		media_type: "image/png",
		size_bytes: 214_233,
		inline: true,
		live_secrets: false,
		...changes,
	};
}

const MAIL_HTML =
	'<p>Guten Tag,</p><p>die <b>Bestätigungen</b> kommen weiterhin doppelt. Anbei ein Bild.</p><table border="1"><tr><td>Bestellung</td><td>4711</td></tr><tr><td>Zeit</td><td>09:12</td></tr></table><p><img src="https://example.com/pixel.png" alt="(Bild)"></p><p>Viele Grüße<br>Mara Sonnenfeld</p>';

export function talk(): MessageView[] {
	return [
		message({
			at: minutes(-1500),
			text: "Seit gestern Mittag bekommt jeder Kunde zwei Bestellbestätigungen. Die Bestellungen selbst sind nur einmal da.",
			attachments: [
				file({}),
				file({
					name: "Auszug aus dem Protokoll.txt",
					media_type: "text/plain",
					inline: false,
					size_bytes: 4120,
				}),
			],
		}),
		event("ticket.taken_over", -1470),
		message({
			at: minutes(-1465),
			author: { kind: "staff", person: jana },
			text: "Danke für die Beschreibung. Ich sehe mir das Panel an und melde mich heute noch.",
		}),
		message({
			kind: "note",
			at: minutes(-1440),
			author: { kind: "staff", person: jana },
			text: "Webhook ist zweimal eingetragen, einmal mit www. Vermutlich vom Umzug. Vor dem Löschen um Zustimmung bitten.",
		}),
		message({
			at: minutes(-190),
			via: "mail",
			proof: "proven",
			mail_id: "mail1",
			text: "Guten Tag,\n\ndie Bestätigungen kommen weiterhin doppelt. Anbei die Aufzeichnung aus dem Browser.\n\nViele Grüße\nMara Sonnenfeld",
			quoted:
				"Am 21.11.2026 um 10:05 schrieb Jana Brückner:\n> Danke für die Beschreibung. Ich sehe mir das Panel an und melde mich heute noch.",
			html: MAIL_HTML,
			attachments: [
				file({
					name: "aufzeichnung.har",
					media_type: "application/json",
					inline: false,
					size_bytes: 1_834_211,
					live_secrets: true,
				}),
			],
		}),
		event("mail.automatic", -60),
	];
}

interface Draft {
	n: number;
	subject: string;
	state?: string;
	changes?: Partial<TicketLine>;
}

export function line({ n, subject, state = "open", changes = {} }: Draft): TicketLine {
	const since = minutes(-n * 170);
	return {
		id: `t${n}`,
		number: 1040 + n,
		subject,
		state,
		channel: "portal",
		priority: "normal",
		customer: customers[0] ?? { id: "", number: "", name: "" },
		contact: mara,
		assignee: jana,
		opened_at: minutes(-n * 700),
		last_message_at: since,
		closes_at: null,
		locks_at: minutes(30 * DAY - n * 700),
		waits_since: state === "closed" || state === "locked" ? null : since,
		waits_for:
			state === "waiting" ? "customer" : state === "closed" || state === "locked" ? null : "staff",
		tags: [],
		proof: "signed_in",
		mine: true,
		held: 0,
		...changes,
	};
}

export function lines(): TicketLine[] {
	const praxis = {
		customer: customers[1] ?? { id: "", number: "", name: "" },
		contact: { id: "k8", name: "Dr. Henning Abel" },
	};
	const others = { assignee: timo, mine: false };
	const nobody = { assignee: null, mine: false };
	return [
		line({
			n: 2,
			subject: "Bestellbestätigungen kommen doppelt an",
			changes: { priority: "high", tags: ["shop", "mail"], held: 1 },
		}),
		line({
			n: 1,
			subject: "Termine lassen sich nicht mehr verschieben",
			state: "new",
			changes: { ...praxis, ...nobody, priority: "urgent", channel: "mail", proof: "proven" },
		}),
		line({
			n: 3,
			subject: "Neue Filiale anlegen",
			state: "new",
			changes: { ...nobody, channel: "mail", proof: "unproven" },
		}),
		line({
			n: 4,
			subject: "Kasse druckt keine Belege",
			changes: { ...others, priority: "low", channel: "phone", proof: null },
		}),
		line({
			n: 5,
			subject: "Rückfrage zum Zertifikat",
			state: "waiting",
			changes: { closes_at: minutes(3 * DAY - 20), proof: "confirmed", channel: "mail" },
		}),
		line({
			n: 6,
			subject: "Passwort eines Mitarbeiters zurücksetzen",
			changes: { ...praxis, ...others, locks_at: minutes(2 * DAY) },
		}),
		line({ n: 7, subject: "Rechnung im falschen Format", state: "closed" }),
		line({
			n: 8,
			subject: "Umzug der alten Domain",
			state: "locked",
			changes: { locks_at: minutes(-2 * DAY) },
		}),
		line({
			n: 9,
			subject: "Anruf: Bestellseite langsam",
			state: "new",
			changes: { ...nobody, channel: "phone", proof: null },
		}),
	];
}

export function long(all: TicketLine[]): TicketLine[] {
	const name = { id: "k9", name: LONG_NAME };
	return all.map((one) => ({
		...one,
		subject: `${one.subject}, und zwar nur bei Kunden mit Lastschrift und abweichender Lieferadresse, seit der Umstellung`,
		customer: customers[2] ?? one.customer,
		contact: name,
		assignee: one.assignee ? { ...one.assignee, name: LONG_NAME } : null,
		tags: [...one.tags, "donaudampfschifffahrtsgesellschaft"],
	}));
}

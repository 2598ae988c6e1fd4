// The mock's quarantine and callers.
import type { Callers, MailLine, MailView } from "../src/api/types.ts";
import { contacts, customers, minutes } from "./people.ts";
import type { Tickets } from "./tickets.ts";

type Answer = [status: number, body?: unknown, person?: string];

const reasons: [string[], string, string][] = [
	[["sender.unregistered"], "info@gartenfreunde.example", "Frage zu Ihren Preisen"],
	[
		["sender.unproven", "auth.dkim_fail"],
		"mara@sonnenfeld.example",
		"Re: Bestellbestätigungen kommen doppelt an",
	],
	[["sender.look_alike"], "mara@sonnenfe1d.example", "Dringend: bitte Passwort zurücksetzen"],
	[["mail.verification"], "no-reply@dienst.example", "Bestätigen Sie Ihre Adresse"],
	[["thread.forged"], "jemand@irgendwo.example", "[#1042] Bitte Zugang für mich freigeben"],
	[["mail.list", "mail.bulk"], "newsletter@zeitung.example", "Ihr Wochenbrief"],
	[["sender.not_authorised"], "ole@sonnenfeld.example", "Bitte neuen Nutzer anlegen"],
	[["from.many", "auth.not_aligned"], "a@eins.example, b@zwei.example", "Rechnung"],
	[
		["mail.flood"],
		"werbung-mit-einer-sehr-langen-adresse-die-nicht-endet@unternehmen.example",
		"Angebot Angebot Angebot",
	],
];

export class Mails {
	private all: MailLine[] = [];

	constructor(private readonly tickets: Tickets) {}

	show(scene: string): void {
		const mara = {
			person: { id: "k1", name: "Mara Sonnenfeld" },
			customer: customers[0] ?? { id: "", number: "", name: "" },
		};
		this.all = (scene === "empty" ? [] : reasons).map(([why, sender, subject], place) => ({
			id: `mail${place + 1}`,
			received_at: minutes(-12 - place * 260),
			way: "lmtp",
			state: "held",
			sender,
			subject,
			why,
			proof: why[0] === "sender.not_authorised" ? "proven" : "unproven",
			contact: sender.includes("@sonnenfeld.") ? mara : null,
			ticket: subject.startsWith("Re:") ? this.tickets.ref("t2") : null,
			size_bytes: 4200 + place * 9100,
			challenge: place === 1 ? { sent_at: minutes(-250), answered: null } : null,
		}));
	}

	answer(path: string, url: URL, body: Record<string, unknown>): Answer | null {
		const [, noun, id = "", verb = ""] = url.pathname.split("/");
		if (path === "GET /callers") return [200, this.callers(url.searchParams.get("q") ?? "")];
		if (path === "POST /calls") {
			const one = body.ticket_id
				? this.tickets.line(String(body.ticket_id))
				: this.tickets.open(
						{ subject: String(body.subject ?? "Anruf"), channel: "phone", proof: null },
						String(body.note ?? ""),
					);
			const call = {
				id: "call2",
				proof: String(body.proof),
				at: minutes(0),
				staff: { id: "s1", name: "Jana Brückner", username: "jana" },
			};
			return [200, { call, ticket: this.tickets.ref(one?.id ?? "t2") }];
		}
		if (noun !== "quarantine") return null;
		if (path === "GET /quarantine") return [200, { items: this.all, next: null }];
		const mail = this.all.find((one) => one.id === id);
		if (!mail) return [404, { code: "not_found" }];
		if (verb === "discard" || verb === "release") {
			this.all = this.all.filter((one) => one !== mail);
			return verb === "discard" ? [204] : [200, this.tickets.ref("t3")];
		}
		if (verb === "challenge") {
			mail.challenge = { sent_at: minutes(0), answered: null };
			return [200, mail];
		}
		return [200, view(mail)];
	}

	private callers(q: string): Callers {
		const number = /^\+?[\d\s()/-]{5,}$/.test(q.trim()) ? q.replace(/[^\d+]/g, "") : null;
		const known = number ? number.endsWith("117") : /mara|sonne|bäck/i.test(q);
		const first = customers[0] ?? { id: "", number: "", name: "" };
		return {
			number: number ? "+49305550117" : null,
			display: number ? (known ? "+49 30 5550 117" : q.trim()) : null,
			registered: known && number !== null,
			matches: known
				? contacts.map((one, place) => ({
						contact: { id: one.id, name: one.name },
						customer: first,
						role: one.role,
						support: one.support,
						authorised: one.support,
						call_back: place === 0 ? ["+49 30 5550 117", "+49 170 5550 118"] : [],
						open_tickets: ["t2", "t5"].flatMap((id) => this.tickets.line(id) ?? []),
					}))
				: [],
		};
	}
}

function view(mail: MailLine): MailView {
	return {
		...mail,
		text: "Guten Tag,\n\nkönnen Sie mir bitte den Zugang freigeben? Ich komme nicht mehr hinein.\n\nViele Grüße\nMara",
		secrets_removed: false,
		html: '<p>Guten Tag,</p><p>bitte <a href="https://irgendwo.example/">hier klicken</a>.</p><img src="https://irgendwo.example/pixel.gif" alt="">',
		attachments: [{ name: "zugang.pdf", media_type: "application/pdf", size_bytes: 48_211 }],
		headers: [
			[
				"Received",
				"from mail.irgendwo.example (192.0.2.7) by mx.nordlicht.example; Sun, 22 Nov 2026 09:12:01 +0100",
			],
			["From", mail.sender],
			["To", "support@nordlicht.example"],
			["Subject", mail.subject],
			["Message-ID", "<20261122091200.4711@irgendwo.example>"],
			[
				"DKIM-Signature",
				"v=1; a=rsa-sha256; d=irgendwo.example; s=s1; h=from:to:subject; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=Zm9vYmFy",
			],
		].map(([name = "", value = ""]) => ({ name, value })),
		auth: [
			{ check: "spf", result: "pass", domain: "irgendwo.example", why: "" },
			{
				check: "dkim",
				result: "fail",
				domain: "irgendwo.example",
				why: "body hash does not match",
			},
			{ check: "dmarc", result: "fail", domain: "sonnenfeld.example", why: "nothing aligned" },
		],
	};
}

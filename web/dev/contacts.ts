// The mock's Settings › Support, waiting changes and challenges. All names are invented.
import type { ChangeView, SupportSettings } from "../src/api/types.ts";

type Answer = [status: number, body?: unknown];
type Body = Record<string, unknown>;

const minutes = (n: number) => new Date(Date.now() + n * 60_000).toISOString();
const DAY = 1440;
const long = "Maximiliane-Friederike von Hohenstein-Wittgenau";

export class Contacts {
	private view: SupportSettings;
	private scene: string;
	private counter = 0;
	private answered = new Set<string>();

	constructor(scene: string) {
		this.scene = scene;
		this.view = full(scene);
	}

	answer(path: string, url: URL, body: Body, who: string): Answer | null {
		if (path.startsWith("POST /challenge/")) return this.challenge(path, String(body.token));
		if (!who) return null;
		const id = url.pathname.split("/")[3] ?? "";
		if (path === "GET /support-settings") return [200, this.seenBy(who)];
		if (path.startsWith("POST /contact-changes/")) return this.decide(url);
		if (path.includes("/support-settings/contacts")) return this.contacts(path, id, body);
		if (path.includes("/support-settings/addresses")) return this.addresses(path, id, body);
		if (path.includes("/support-settings/phones")) return this.phones(path, id, body);
		if (path.endsWith("/support-settings/support-addresses")) {
			const address = String(body.address);
			const others = this.view.support_addresses.filter((one) => one !== address);
			this.view.support_addresses = path.startsWith("POST") ? [...others, address] : others;
			return [204];
		}
		return null;
	}

	private seenBy(who: string): SupportSettings {
		const mine = who === "ole" ? "k2" : "k1";
		const contacts = this.view.contacts.map((one) => ({ ...one, me: one.id === mine }));
		const changes = this.view.changes.map((one) => ({
			...one,
			mine: one.asked_by.id === mine,
			may_decide: one.state === "waiting" && one.asked_by.id !== mine && mine === "k1",
		}));
		return { ...this.view, contacts, changes };
	}

	private challenge(path: string, token: string): Answer {
		if (token.startsWith("over") || this.answered.has(token))
			return [410, { code: "challenge.over" }];
		if (path.endsWith("/answer")) {
			this.answered.add(token);
			return [200, { done: true }];
		}
		const address = token.startsWith("address");
		return [
			200,
			{
				purpose: address ? "address" : "sender",
				provider: "Nordlicht Hosting",
				subject: address
					? null
					: this.scene === "long"
						? "Die Bestellbestätigungen kommen seit der letzten Umstellung doppelt an, und zwar nur bei Lastschrift"
						: "Bestellbestätigungen kommen doppelt an",
				text: address
					? null
					: "Guten Tag,\n\nseit heute früh bekommt jeder Kunde zwei Bestellbestätigungen. Können Sie bitte nachsehen?\n\nMara Sonnenfeld",
				address_hint: address ? "m…@baeckerei-sonnenfeld.example" : "mara@sonnenfeld.example",
				received_at: minutes(-34),
			},
		];
	}

	private decide(url: URL): Answer {
		const [, , id, how] = url.pathname.split("/");
		const change = this.view.changes.find((one) => one.id === id);
		if (!change) return [409, { code: "contact_change.over" }];
		change.state = how === "approve" ? "approved" : "refused";
		const added = change.kind === "contact_add" && how === "approve";
		return [200, { ...change, activation_code: added ? "VNQ-482-TRE" : null }];
	}

	private waiting(kind: string, about: ChangeView["about"], what: Body): Answer {
		this.counter += 1;
		const change: ChangeView = {
			id: `n${this.counter}`,
			kind,
			about: about ?? null,
			what,
			asked_by: { id: "k1", name: "Mara Sonnenfeld" },
			asked_at: minutes(0),
			expires_at: minutes(7 * DAY),
			state: "waiting",
			mine: true,
			may_decide: false,
		};
		this.view.changes.push(change);
		return [200, { applied: false, change }];
	}

	private contacts(path: string, id: string, body: Body): Answer {
		if (path.startsWith("POST")) return this.waiting("contact_add", null, body);
		const contact = this.view.contacts.find((one) => one.id === id);
		if (!contact) return [404, { code: "not_found" }];
		const about = { id, name: contact.name };
		const kind = path.startsWith("DELETE") ? "contact_remove" : "contact_change";
		return this.waiting(kind, about, body);
	}

	private addresses(path: string, id: string, body: Body): Answer {
		const list = this.view.me.addresses;
		const one = list.find((address) => address.id === id);
		if (path.endsWith("/support-settings/addresses")) {
			const address = String(body.address);
			if (address.startsWith("info@")) return [409, { code: "address.taken" }];
			this.counter += 1;
			const added = {
				id: `a${this.counter}new`,
				address,
				primary: false,
				confirmed_at: null,
				flags: [],
				challenge_sent_at: minutes(0),
			};
			list.push(added);
			return [200, added];
		}
		if (!one) return [404, { code: "not_found" }];
		if (path.startsWith("DELETE")) {
			this.view.me.addresses = list.filter((address) => address !== one);
			return [204];
		}
		if (path.endsWith("/primary")) {
			for (const other of list) other.primary = other === one;
			return [200, { applied: true, change: null }];
		}
		one.challenge_sent_at = minutes(0);
		return [200, one];
	}

	private phones(path: string, id: string, body: Body): Answer {
		if (path.startsWith("DELETE")) {
			this.view.me.phones = this.view.me.phones.filter((one) => one.id !== id);
			return [204];
		}
		const number = String(body.number);
		if (!/^[+0-9 ()/-]{6,}$/.test(number)) return [422, { code: "phone.invalid" }];
		this.counter += 1;
		const phone = { id: `p${this.counter}new`, number, display: number };
		this.view.me.phones.push(phone);
		return [200, { applied: true, change: null }];
	}
}

function full(scene: string): SupportSettings {
	const empty = scene === "empty";
	const second = scene === "long" ? long : "Henrike Vogt";
	const base = { active: true, addresses_ok: true, me: false };
	const mara = {
		...base,
		id: "k1",
		name: "Mara Sonnenfeld",
		role: "owner",
		support: true,
		instruction: true,
	};
	const contacts = [
		mara,
		{ ...base, id: "k3", name: second, role: "admin", support: true, instruction: true },
		{ ...base, id: "k2", name: "Ole Brandt", role: "member", support: false, instruction: false },
		{
			...base,
			id: "k4",
			name: "Cem Aydın",
			role: "member",
			support: true,
			instruction: false,
			addresses_ok: false,
		},
	];
	const changes: ChangeView[] = [
		{
			id: "w1",
			kind: "contact_change",
			about: { id: "k2", name: "Ole Brandt" },
			what: { role: "admin", support: true, instruction: true },
			asked_by: { id: "k3", name: second },
			asked_at: minutes(-130),
			expires_at: minutes(6 * DAY),
			state: "waiting",
			mine: false,
			may_decide: true,
		},
		{
			id: "w2",
			kind: "contact_add",
			about: null,
			what: {
				first_name: "Lisa",
				last_name: "Körner",
				address: "lisa@sonnenfeld.example",
				role: "member",
				support: true,
				instruction: false,
			},
			asked_by: { id: "k1", name: "Mara Sonnenfeld" },
			asked_at: minutes(-20),
			expires_at: minutes(7 * DAY),
			state: "waiting",
			mine: true,
			may_decide: false,
		},
	];
	return {
		contacts: empty ? [mara] : contacts,
		owner_and_admins: empty
			? [{ id: "k1", name: "Mara Sonnenfeld", role: "owner" }]
			: [
					{ id: "k1", name: "Mara Sonnenfeld", role: "owner" },
					{ id: "k3", name: second, role: "admin" },
				],
		warnings: empty ? ["contacts.few_admins", "contacts.one_authorised"] : ["address.list"],
		changes: empty ? [] : changes,
		support_addresses: empty ? [] : ["hilfe@baeckerei-sonnenfeld.example"],
		me: empty ? { addresses: [], phones: [] } : { addresses: addresses(scene), phones: phones() },
		policy: { ticket_age: "created" },
	};
}

function addresses(scene: string): SupportSettings["me"]["addresses"] {
	const name = scene === "long" ? "maximiliane-friederike.hohenstein-wittgenau" : "mara";
	return [
		{
			id: "a1",
			address: `${name}@sonnenfeld.example`,
			primary: true,
			confirmed_at: minutes(-90 * DAY),
			flags: [],
			challenge_sent_at: null,
		},
		{
			id: "a2",
			address: "buero@sonnenfeld.example",
			primary: false,
			confirmed_at: minutes(-80 * DAY),
			flags: ["list"],
			challenge_sent_at: null,
		},
		{
			id: "a3",
			address: "mara.privat@post.example",
			primary: false,
			confirmed_at: null,
			flags: [],
			challenge_sent_at: minutes(-180),
		},
	];
}

function phones() {
	return [
		{ id: "p1", number: "+49305550117", display: "+49 30 5550117" },
		{ id: "p2", number: "+4915155501170", display: "+49 1515 5501170" },
	];
}

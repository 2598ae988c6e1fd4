// The mock's memory: doors, PINs, people at the desk. Requests and mails are in files of their own.
import type {
	Customer,
	Door,
	Ground,
	Me,
	TicketLine,
	Visit,
	VisitRequest,
} from "../src/api/types.ts";
import { Contacts } from "./contacts.ts";
import { Customers } from "./customers.ts";
import { Mails } from "./mails.ts";
import { contacts, customers, LONG_NAME, minutes, products, provider } from "./people.ts";
import { Tickets } from "./tickets.ts";

/** What the pages are to be looked at with. */
export type Scene = "full" | "empty" | "long" | "error" | "lost" | "slow" | "locked";
type Answer = [status: number, body?: unknown, person?: string];

const long = LONG_NAME;

export class World {
	scene: Scene = "full";
	private pin = { digits: "860423179", issued_at: minutes(-8), expires_at: minutes(52) };
	private grounds: Ground[] = [];
	private own = new Contacts("full");
	private readonly watchers = new Set<(topics: string[]) => void>();
	private readonly tickets = new Tickets(this);
	private readonly kept = new Customers();
	private readonly mails = new Mails(this.tickets);

	constructor() {
		this.show("full");
	}

	show(scene: Scene): void {
		this.scene = scene;
		this.pin = { digits: "860423179", issued_at: minutes(-8), expires_at: minutes(52) };
		const past = ["empty"].includes(scene) ? [] : [this.past(1), this.past(2), this.past(3)];
		this.grounds = past;
		this.own = new Contacts(scene);
		this.tickets.show(scene);
		this.mails.show(scene);
		this.tell(["door", "pin", "grounds", "visits", "customers", "alarms", "contacts", "me"]);
	}

	watch(watcher: (topics: string[]) => void): () => void {
		this.watchers.add(watcher);
		return () => this.watchers.delete(watcher);
	}

	tell(topics: string[]): void {
		for (const watcher of this.watchers) watcher(topics);
	}

	/** A takeover's ground (rule B10). */
	takeover(ticket: TicketLine): Ground {
		const there = this.openGround(ticket.id);
		if (there) return there;
		const ground = {
			...this.ground(),
			id: `take-${ticket.id}-${Math.random()}`,
			kind: "takeover" as Ground["kind"],
			customer: ticket.customer,
			contact: ticket.contact,
			words: null,
			reason: null,
			record: null,
			ends_at: minutes(30 * 24 * 60),
			ticket: { id: ticket.id, number: ticket.number, subject: ticket.subject },
		};
		this.grounds.unshift(ground);
		this.tell(["door", "grounds"]);
		return ground;
	}

	openGround(ticket: string): Ground | null {
		const mine = (one: Ground) => one.id.startsWith(`take-${ticket}-`);
		return this.open().find(mine) ?? null;
	}

	shut(ticket: string): void {
		const ground = this.openGround(ticket);
		if (ground) this.end(ground.id);
	}

	private staffName(): string {
		return this.scene === "long" ? long : "Jana Brückner";
	}

	private past(n: number): Ground {
		const start = -n * 1500;
		const ground = this.ground(start);
		const visit = this.visit(ground, products[n % 2] ?? { id: "", name: "" }, start + 1);
		visit.state = "ended";
		visit.ended_at = minutes(start + 11);
		visit.ended_how = "ground_over";
		visit.pages = 14;
		visit.refused = n - 1;
		const how = (["customer", "staff", "expired"] as const)[n - 1] ?? "staff";
		return {
			...ground,
			id: `past${n}`,
			state: "ended",
			words: null,
			ended_at: minutes(start + 11),
			ended_how: how,
			cut_millis: 43 * n,
			visits: [visit],
		};
	}

	private ground(start = 0): Ground {
		const text =
			this.scene === "long"
				? "Die Bestellbestätigungen kommen seit der letzten Umstellung doppelt an, und zwar nur bei Kunden, die mit Lastschrift bezahlen und eine abweichende Lieferadresse haben."
				: "Bestellbestätigungen kommen doppelt an";
		return {
			id: `g${Math.random()}`,
			of_colleague: false,
			kind: "pin",
			state: "open",
			customer: { id: "c1", number: "K-1042", name: customers[0]?.name ?? "" },
			contact: { id: "k1", name: "Mara Sonnenfeld" },
			staff: { id: "s1", name: this.staffName(), username: "jana" },
			words: ["Leuchtturm", "Pflaume"],
			reason: { category: "fault", text },
			record: { channel: "phone", from: "+49 30 5550 117", at: minutes(start), note: null },
			opened_at: minutes(start),
			ends_at: minutes(start + 41),
			ended_at: null,
			ended_how: null,
			cut_millis: null,
			visits: [],
		};
	}

	private visit(ground: Ground, product: { id: string; name: string }, start = 0): Visit {
		return {
			id: `v${Math.random()}`,
			of_colleague: false,
			ground_id: ground.id,
			product,
			staff: { id: "s1", name: this.staffName() },
			acting_as: ground.contact,
			state: "open",
			started_at: minutes(start),
			ends_at: minutes(start + 41),
			ended_at: null,
			ended_how: null,
			cut_millis: null,
			pages: 0,
			loaded: 0,
			refused: 0,
			last: null,
			reason: ground.reason ?? null,
		};
	}

	private open(): Ground[] {
		return this.grounds.filter((ground) => ground.state === "open");
	}

	answer(method: string, url: URL, body: Record<string, unknown>, who: string): Answer {
		const path = `${method} ${url.pathname}`;
		if (path.startsWith("GET /sign-in")) {
			if (url.pathname === "/sign-in") return [200, this.signInView()];
		}
		if (path === "POST /sign-in/demo")
			return [200, this.me(String(body.person)), String(body.person)];
		if (path.startsWith("POST /sign-in/staff")) return [401, { code: "sign_in.wrong" }];
		if (path.startsWith("POST /sign-in/contact")) return [401, { code: "sign_in.wrong" }];
		if (path === "POST /sign-in/link") return [202];
		if (path === "POST /sign-out") return [204, undefined, ""];
		if (path.startsWith("POST /challenge/")) return this.own.answer(path, url, body, who) ?? [404];
		if (!who) return [401, { code: "sign_in.needed" }];
		if (path === "POST /sign-in/confirm") return [200, this.me("mara"), "mara"];
		if (path === "GET /me" || path === "PATCH /me") {
			const me = this.me(who);
			if (body.language) this.language = body.language as "de" | "en";
			return [200, { ...me, language: this.language }];
		}
		if (this.scene === "error" || this.scene === "lost") {
			return [503, { code: "log.down", title: "The log cannot be written" }];
		}
		return (
			this.kept.answer(path, body, {
				open: this.open().length > 0,
				tickets: this.tickets.lines(),
			}) ??
			this.tickets.answer(path, url, body, who) ??
			this.mails.answer(path, url, body) ??
			this.own.answer(path, url, body, who) ??
			this.portal(path, url) ??
			this.desk(path, url, body, who) ?? [404, { code: "not_found" }]
		);
	}

	private language: "de" | "en" = "de";

	private signInView() {
		const demo = [
			{
				id: "mara",
				name: "Mara Sonnenfeld",
				role: "customer",
				hint: "Inhaberin, Bäckerei Sonnenfeld",
			},
			{ id: "ole", name: "Ole Brandt", role: "customer", hint: "Mitglied, ohne Recht auf Support" },
			{ id: "link", name: "Mara Sonnenfeld (Link)", role: "customer", hint: "Mit Link angemeldet" },
			{ id: "jana", name: "Jana Brückner", role: "agent", hint: "Support, Schulungen erledigt" },
			{ id: "timo", name: "Timo Neuhaus", role: "agent", hint: "Neu: Schulungen fehlen" },
			{ id: "ute", name: "Ute Kranz", role: "admin", hint: "Nur Verwaltung" },
			{ id: "gast", name: "Piet Gast", role: "guest", hint: "Gast: liest eine Anfrage mit" },
			{ id: "lena", name: "Lena Achterberg", role: "lead", hint: "Leitung Support und Verwaltung" },
		];
		return { provider, demo: this.scene === "empty" ? null : demo };
	}

	private me(who: string): Me {
		const base = {
			id: who,
			language: this.language,
			provider,
			signed_in_at: minutes(-20),
			demo: true,
		};
		if (["mara", "ole", "link"].includes(who)) {
			return {
				...base,
				kind: "contact",
				name: who === "ole" ? "Ole Brandt" : "Mara Sonnenfeld",
				strength: who === "link" ? "link" : "password",
				contact: {
					customer: { id: "c1", number: "K-1042", name: "Bäckerei Sonnenfeld" },
					role: who === "ole" ? "member" : "owner",
					rights: { support: who !== "ole", instruction: who !== "ole" },
					totp: false,
				},
				staff: null,
			};
		}
		const lead = who === "lena";
		const names: Record<string, string> = {
			lena: "Lena Achterberg",
			ute: "Ute Kranz",
			timo: "Timo Neuhaus",
			gast: "Piet Gast",
		};
		const only = { ute: "admin", gast: "guest" }[who] ?? "agent";
		const roles = lead ? ["support_lead", "agent", "admin"] : [only];
		return {
			...base,
			kind: "staff",
			name: names[who] ?? "Jana Brückner",
			strength: "password_totp",
			contact: null,
			staff: {
				username: who,
				roles,
				form_locked: this.scene === "locked",
				may_enter: who !== "timo",
				lacks: who === "timo" ? ["training", "guidelines"] : [],
			},
		};
	}

	private door(): Door {
		const open = this.open();
		return {
			state: open.length > 0 ? "open" : "closed",
			grounds: open,
			can_see: products.map((product) => ({
				product,
				areas:
					open.length === 0
						? []
						: [
								{ area: "Server und Domains", how: "shown" as const },
								{ area: "Protokolle", how: "shown" as const },
								{ area: "Anschrift und Rechnungen", how: "masked" as const },
								{ area: "Nutzer und Passwörter", how: "closed" as const },
							],
			})),
			pin_closed: this.scene === "locked",
			notices: [
				...(this.scene === "locked" ? [{ code: "pin.closed", at: minutes(-12) }] : []),
				...(this.scene === "full" ? [{ code: "contact.added", at: minutes(-95) }] : []),
			],
		};
	}

	private portal(path: string, url: URL): Answer | null {
		const id = url.pathname.split("/")[2] ?? "";
		if (path === "GET /door") return [200, this.door()];
		if (path === "POST /pin")
			return this.scene === "locked" ? [409, { code: "pin.closed" }] : [200, this.pin];
		if (path === "POST /pin/renew") {
			this.pin = { digits: "123456786", issued_at: minutes(0), expires_at: minutes(60) };
			return [200, this.pin];
		}
		if (path === "GET /grounds") {
			const state = url.searchParams.get("state");
			const items = this.grounds.filter((ground) => !state || ground.state === state);
			return [200, { items, next: null }];
		}
		if (/^POST \/grounds\/[^/]+\/end$/.test(path)) return [200, this.end(id)];
		if (/^GET \/grounds\/[^/]+$/.test(path)) {
			const ground = this.grounds.find((one) => one.id === id);
			return ground ? [200, ground] : [404, { code: "not_found" }];
		}
		if (/^GET \/visits\/[^/]+\/requests$/.test(path))
			return [200, { items: requests(), next: null }];
		if (path === "GET /customer") {
			const list = contacts.map((one) => ({
				...one,
				rights: { support: one.support, instruction: one.support },
			}));
			return [200, { number: "K-1042", name: "Bäckerei Sonnenfeld", group: null, contacts: list }];
		}
		if (path === "GET /sign-ins") {
			const one = {
				id: "a",
				current: true,
				strength: "password",
				created_at: minutes(-20),
				last_seen_at: minutes(0),
			};
			return [200, [one, { ...one, id: "b", current: false, created_at: minutes(-4000) }]];
		}
		if (path === "POST /totp") {
			const secret = "JBSWY3DPEHPK3PXP";
			return [
				200,
				{ secret, otpauth_url: `otpauth://totp/Pforte:mara?secret=${secret}&issuer=Pforte` },
			];
		}
		return null;
	}

	private end(id: string) {
		for (const ground of this.grounds.filter((one) => one.id === id)) {
			ground.state = "ended";
			ground.words = null;
			ground.ended_at = minutes(0);
			ground.ended_how = "customer";
			ground.cut_millis = 18;
			for (const visit of ground.visits) {
				visit.state = "ended";
				visit.ended_at = minutes(0);
				visit.ended_how = "ground_over";
			}
		}
		this.tell(["door", "pin", "grounds", "visits"]);
		return { ended_at: minutes(0), cut_millis: 18, streams: 2, written: true };
	}

	private customer(id: string): Customer {
		const base = customers.find((one) => one.id === id) ?? customers[0];
		const ground = this.open()[0] ?? null;
		return {
			...(base ?? { id: "", number: "", name: "", group: null }),
			active: true,
			contacts,
			address: "•••••",
			pin_closed: false,
			products: products.map((product, place) => ({
				product,
				decision: ground && place === 0 ? ("open" as const) : ("needs" as const),
				code: ground ? "needs.consent" : "ground.none",
				ground_id: ground?.id ?? null,
				until: ground?.ends_at ?? null,
			})),
			ground,
		};
	}

	private desk(path: string, url: URL, body: Record<string, unknown>, who: string): Answer | null {
		const id = url.pathname.split("/")[2] ?? "";
		if (path === "GET /customers") {
			const q = (url.searchParams.get("q") ?? "").toLowerCase();
			const fit = customers.filter((one) =>
				`${one.name} ${one.number} mara ole +49 30`.toLowerCase().includes(q),
			);
			return [
				200,
				{
					items: fit.map((one) => ({
						...one,
						active: true,
						contacts: one.id === "c3" ? [] : contacts,
					})),
					next: null,
				},
			];
		}
		if (/^GET \/customers\/[^/]+$/.test(path)) return [200, this.customer(id)];
		if (path === "POST /pin/redeem") return this.redeem(body);
		if (path.endsWith("/pin/deactivate")) return [204];
		if (path === "POST /visits") {
			const ground = this.open().find((one) => one.id === body.ground_id);
			if (!ground) return [409, { code: "ground.ended" }];
			const further = ground.visits.length > 0 || ground.id.startsWith("take-");
			if (further && !body.reason) return [403, { code: "needs.reason" }];
			const visit = this.visit(ground, products[0] ?? { id: "", name: "" });
			if (body.reason) visit.reason = body.reason as Ground["reason"];
			visit.pages = 3;
			visit.refused = 1;
			visit.last = { at: minutes(0), path: "/servers", area: "Server und Domains" };
			ground.visits.unshift(visit);
			this.tell(["visits"]);
			return [200, { visit, url: "about:blank#opened" }];
		}
		if (/^POST \/visits\/[^/]+\/end$/.test(path)) {
			for (const visit of this.open().flatMap((one) => one.visits))
				if (visit.id === id) visit.state = "ended";
			this.tell(["visits"]);
			return [200, { ended_at: minutes(0), cut_millis: 12, streams: 1, written: true }];
		}
		return this.leads(path, who);
	}

	private redeem(body: Record<string, unknown>): Answer {
		if (body.digits !== this.pin.digits) return [403, { code: "pin.wrong" }];
		const reason = body.reason as Ground["reason"];
		const record = body.record as NonNullable<Ground["record"]>;
		const ground = { ...this.ground(), reason, record: { ...record, at: minutes(0) } };
		this.grounds.unshift(ground);
		this.pin = { digits: "123456786", issued_at: minutes(0), expires_at: minutes(60) };
		this.tell(["door", "pin", "grounds"]);
		return [200, ground];
	}

	private leads(path: string, who: string): Answer | null {
		if (who !== "lena" && who !== "ute") return null;
		const empty = this.scene === "empty";
		if (path === "GET /alarms") {
			const base = {
				staff: { id: "s2", name: "Timo Neuhaus" },
				customer: null,
				acknowledged_at: null,
				acknowledged_by: null,
			};
			const items = [
				{ ...base, id: "a1", at: minutes(-14), code: "pin.staff_locked" },
				{
					...base,
					id: "a2",
					at: minutes(-200),
					code: "pin.customer_closed",
					staff: null,
					customer: customers[1],
				},
				{
					...base,
					id: "a3",
					at: minutes(-2000),
					code: "pin.flood",
					staff: null,
					acknowledged_at: minutes(-1900),
					acknowledged_by: { id: "l", name: "Lena Achterberg" },
				},
			];
			return [200, { items: empty ? [] : items, next: null }];
		}
		if (path === "GET /colleagues") {
			const items = [
				{ id: "s1", name: this.staffName(), username: "jana", may_enter: true },
				{ id: "s2", name: "Timo Neuhaus", username: "timo", may_enter: true },
			];
			return [200, { items, next: null }];
		}
		if (path === "GET /staff") {
			const base = {
				email: "jana@nordlicht.example",
				roles: ["agent"],
				active: true,
				form_locked: false,
				lacks: [],
			};
			const items = [
				{ ...base, id: "s1", name: this.staffName(), username: "jana" },
				{
					...base,
					id: "s2",
					name: "Timo Neuhaus",
					username: "timo",
					form_locked: true,
					lacks: ["training", "guidelines"],
				},
				{ ...base, id: "s3", name: "Kai Sommer", username: "kai", active: false },
				{
					...base,
					id: "ute",
					name: "Ute Kranz",
					username: "ute",
					roles: ["admin"],
					lacks: ["role"],
				},
			];
			return [200, { items, next: null }];
		}
		if (path === "GET /products") return [200, products];
		if (path === "GET /groups") return [200, []];
		if (path === "POST /kill-switch") {
			const ended = this.open().length;
			for (const ground of this.open()) this.end(ground.id);
			return [200, { ended, cut_millis: 21 }];
		}
		if (path === "POST /customers") return [200, { ...customers[0], contacts: [] }];
		if (path.endsWith("/contacts"))
			return [200, { contact: contacts[0], activation_code: "VNQ-482-TRE" }];
		if (path === "POST /staff") {
			const totp_url = "otpauth://totp/Pforte:neu?secret=JBSWY3DPEHPK3PXP&issuer=Pforte";
			return [200, { staff: { name: "Neu Person" }, password_once: "birne-saal-hut-42", totp_url }];
		}
		if (path.startsWith("PATCH /staff/")) return [200, {}];
		return path.startsWith("POST /alarms") || path.startsWith("POST /staff") ? [204] : null;
	}
}

function requests(): VisitRequest[] {
	const base = {
		method: "GET",
		action: "view" as const,
		class: "product" as const,
		code: "masked",
		page: true,
		file: false,
		query: [],
		body: [],
		status: 200,
	};
	return [
		{
			...base,
			at: minutes(-1489),
			path: "/invoices/2026-11.pdf",
			area: "Rechnungen",
			action: "download",
			outcome: "refused",
			code: "needs.consent",
		},
		{
			...base,
			at: minutes(-1490),
			path: "/address",
			area: "Anschrift",
			class: "personal",
			outcome: "masked",
		},
		{
			...base,
			at: minutes(-1491),
			path: "/servers/web-01/log",
			area: "servers",
			area_name: { de: "Server", en: "Servers" },
			query: ["lines"],
			outcome: "forwarded",
		},
		{
			...base,
			at: minutes(-1491),
			path: "/assets/panel.css",
			area: "assets",
			page: false,
			file: true,
			outcome: "forwarded",
		},
		{
			...base,
			at: minutes(-1492),
			path: "/servers",
			area: "servers",
			area_name: { de: "Server", en: "Servers" },
			outcome: "forwarded",
		},
	];
}

// The mock's requests: enough of each kind to look at every page. Checks next to nothing.
import type { Ground, MessageView, SavedView, TicketLine, TicketView } from "../src/api/types.ts";
import { contacts, customers, jana, minutes, products, timo } from "./people.ts";
import { DAY, event, file, line, lines, long, mara, message, next, talk } from "./samples.ts";

type Answer = [status: number, body?: unknown, person?: string];

/** What the requests need of the mock around them. */
export interface Around {
	scene: string;
	tell(topics: string[]): void;
	takeover(ticket: TicketLine): Ground;
	openGround(id: string): Ground | null;
	shut(id: string): void;
}

export class Tickets {
	private all: TicketLine[] = [];
	private talks = new Map<string, MessageView[]>();
	private views: SavedView[] = [];
	private watchers: TicketView["watchers"] = [];

	constructor(private readonly around: Around) {}

	show(scene: string): void {
		this.all = scene === "empty" ? [] : scene === "long" ? long(lines()) : lines();
		this.talks = new Map(this.all.map((one) => [one.id, talk()]));
		this.views =
			scene === "empty"
				? []
				: [{ id: "view1", name: "Dringend, Praxis", query: "priority=urgent" }];
		this.watchers = [{ kind: "staff", person: timo, since: minutes(-300) }];
	}

	line(id: string): TicketLine | undefined {
		return this.all.find((one) => one.id === id);
	}

	ref(id: string) {
		const one = this.line(id);
		return one ? { id: one.id, number: one.number, subject: one.subject, state: one.state } : null;
	}

	open(changes: Partial<TicketLine>, text: string): TicketLine {
		const one = line({
			n: 1100 + this.all.length,
			subject: "",
			state: "new",
			changes: {
				assignee: null,
				mine: false,
				opened_at: minutes(0),
				last_message_at: minutes(0),
				waits_since: minutes(0),
				locks_at: minutes(30 * DAY),
				...changes,
			},
		});
		one.number = 1060 + this.all.length;
		this.all.unshift(one);
		this.talks.set(one.id, text ? [message({ at: minutes(0), text, via: one.channel })] : []);
		this.around.tell(["tickets"]);
		return one;
	}

	answer(path: string, url: URL, body: Record<string, unknown>, who: string): Answer | null {
		if (path === "GET /tickets")
			return [200, { items: this.list(url.searchParams, who), next: null }];
		if (path === "GET /tickets/counts") return [200, this.counts()];
		if (path === "POST /tickets") return this.create(body);
		if (path === "GET /ticket-views") return [200, this.views];
		if (path === "POST /ticket-views") {
			const view = { id: next("view"), name: String(body.name), query: String(body.query) };
			this.views.push(view);
			return [200, view];
		}
		if (path.startsWith("DELETE /ticket-views/")) {
			this.views = this.views.filter((one) => !path.endsWith(`/${one.id}`));
			return [204];
		}
		if (path === "GET /search") return [200, this.search(url.searchParams.get("q") ?? "")];
		if (path === "POST /guests")
			return [
				200,
				{ staff: { id: "g1", name: `${body.first_name} ${body.last_name}`, username: "gast" } },
			];
		const [, noun, id = "", verb = ""] = url.pathname.split("/");
		if (noun === "attachments") return this.file(path, url, id, body);
		if (noun !== "tickets") return null;
		const one = this.line(id);
		if (!one) return [404, { code: "not_found" }];
		return this.act(path.split(" ")[0] ?? "", verb, one, body, who);
	}

	/** All of them, for a customer at a glance. */
	lines(): readonly TicketLine[] {
		return this.all;
	}

	private list(query: URLSearchParams, who: string): TicketLine[] {
		const state = query.get("state");
		const q = (query.get("q") ?? "").toLowerCase();
		return this.all
			.filter((one) =>
				state && state !== "all"
					? one.state === state
					: state === "all" || !["closed", "locked"].includes(one.state),
			)
			.filter((one) => query.get("assignee") !== "me" || one.mine)
			.filter((one) => query.get("assignee") !== "none" || !one.assignee)
			.filter((one) => !query.get("priority") || one.priority === query.get("priority"))
			.filter((one) => !query.get("channel") || one.channel === query.get("channel"))
			.filter((one) => !query.get("tag") || one.tags.includes(query.get("tag") ?? ""))
			.filter((one) => who !== "gast" || one.number < 1043)
			.filter((one) => !["mara", "ole", "link"].includes(who) || one.customer.id !== "c2")
			.filter((one) => !q || `${one.subject} ${one.number} bestätigung`.toLowerCase().includes(q))
			.map((one) => ({
				...one,
				snippet: q
					? `… Seit gestern bekommt jeder Kunde zwei ${q}, die Bestellungen selbst sind nur einmal da …`
					: null,
			}));
	}

	private counts() {
		const of = (fit: (one: TicketLine) => boolean) => this.all.filter(fit).length;
		const empty = this.around.scene === "empty";
		return {
			new: of((one) => one.state === "new"),
			mine: of((one) => one.mine && one.state !== "closed" && one.state !== "locked"),
			open: of((one) => one.state === "open"),
			waiting: of((one) => one.state === "waiting"),
			unassigned: of((one) => !one.assignee),
			watching: empty ? 0 : 1,
			quarantine: empty ? 0 : 9,
			escalated: empty ? 0 : 1,
		};
	}

	private create(body: Record<string, unknown>): Answer {
		const staff = body.contact_id !== undefined;
		const one = this.open(
			{
				subject: String(body.subject),
				channel: String(body.channel ?? "portal"),
				proof: staff ? null : "signed_in",
			},
			String(body.text ?? body.happened ?? ""),
		);
		return [200, this.view(one, staff ? "jana" : "mara")];
	}

	private act(
		method: string,
		verb: string,
		one: TicketLine,
		body: Record<string, unknown>,
		who: string,
	): Answer {
		const talk = this.talks.get(one.id) ?? [];
		const done = (): Answer => {
			this.around.tell(["tickets", "ticket"]);
			return [200, this.view(one, who)];
		};
		if (method === "GET") return [200, this.view(one, who)];
		if (method === "PATCH") {
			Object.assign(one, body);
			return done();
		}
		if (verb === "watchers") {
			if (method === "DELETE") this.watchers = [];
			else
				this.watchers.push({
					kind: body.contact_id ? "contact" : "staff",
					person: body.contact_id ? (contacts[1] ?? mara) : timo,
					since: minutes(0),
				});
			return method === "DELETE" ? [204] : done();
		}
		if (verb === "messages") {
			const staff = !["mara", "ole", "link"].includes(who);
			talk.push(
				message({
					kind: String(body.kind ?? "message"),
					at: minutes(0),
					text: String(body.text),
					author: staff ? { kind: "staff", person: jana } : { kind: "contact", person: mara },
				}),
			);
			if (body.close) one.state = "closed";
			else if (body.kind !== "note") one.state = staff ? "waiting" : "open";
			one.closes_at = one.state === "waiting" ? minutes(14 * DAY) : null;
			this.around.tell(["tickets", "ticket"]);
			return [200, { message: talk.at(-1), ticket: this.ref(one.id), follow_up: false }];
		}
		if (verb === "take-over") {
			if (one.assignee && !one.mine && body.from_staff_id !== one.assignee.id)
				return [409, { code: "ticket.taken" }];
			Object.assign(one, { assignee: jana, mine: true, state: "open" });
			this.around.takeover(one);
			talk.push(event("ticket.taken_over", 0));
		}
		if (verb === "hand-over" || verb === "release") {
			Object.assign(one, { assignee: verb === "release" ? null : timo, mine: false });
			this.around.shut(one.id);
			talk.push(event(verb === "release" ? "ticket.released" : "ticket.handed_over", 0));
		}
		if (verb === "close") {
			one.state = "closed";
			this.around.shut(one.id);
			talk.push(event("ticket.closed", 0, { how: "staff" }));
		}
		if (verb === "reopen") {
			one.state = "open";
			talk.push(event("ticket.reopened", 0));
		}
		if (verb === "follow-up")
			return [200, this.view(this.open({ subject: one.subject }, String(body.text ?? "")), who)];
		return done();
	}

	private file(path: string, url: URL, id: string, body: Record<string, unknown>): Answer | null {
		if (path === "POST /attachments") {
			const name = url.searchParams.get("name") ?? "datei";
			return [
				200,
				file({ name, inline: /png|jpe?g/.test(name), size_bytes: Number(body.size ?? 1000) }),
			];
		}
		const found = [...this.talks.values()]
			.flat()
			.flatMap((one) => one.attachments)
			.find((one) => one.id === id);
		if (!found) return [404, { code: "not_found" }];
		if (path.endsWith("/ask")) found.leave = { id: "l1", state: "asked", asked_by: jana };
		if (path.endsWith("/give"))
			found.leave = {
				id: "l1",
				state: "given",
				asked_by: timo,
				given_by: jana,
				ends_at: minutes(60),
			};
		if (path.endsWith("/refuse")) found.leave = { id: "l1", state: "refused", asked_by: timo };
		this.around.tell(["ticket"]);
		return [200, found];
	}

	private search(q: string) {
		const text = q.toLowerCase();
		const tickets = this.all
			.filter((one) => `${one.number} #${one.number} ${one.subject}`.toLowerCase().includes(text))
			.slice(0, 10);
		const found = customers.filter((one) =>
			`${one.name} ${one.number} mara ole +49 30`.toLowerCase().includes(text),
		);
		const exact = this.all.find((one) => String(one.number) === text.replace("#", ""));
		return {
			tickets,
			customers: found.map((one) => ({ ...one, contacts: one.id === "c3" ? [] : contacts })),
			contacts: [],
			exact: exact ? { kind: "ticket", id: exact.id } : null,
		};
	}

	private view(one: TicketLine, who: string): TicketView {
		const contact = ["mara", "ole", "link"].includes(who);
		const guest = who === "gast";
		const ground = this.around.openGround(one.id);
		const open = !["closed", "locked"].includes(one.state);
		const messages = (this.talks.get(one.id) ?? []).filter(
			(m) => !(contact || guest) || m.kind !== "note",
		);
		const code =
			one.state === "locked"
				? "ticket.locked"
				: one.state === "closed"
					? "ticket.closed"
					: one.channel === "phone"
						? "needs.customer_word"
						: "needs.takeover";
		const can = open
			? [
					"write",
					"note",
					"take_over",
					"close",
					"merge",
					"change",
					...(one.mine ? ["hand_over", "release"] : []),
				]
			: one.state === "closed"
				? ["reopen", "note", "follow_up"]
				: ["follow_up"];
		const cannot: Record<string, string> = {};
		for (const action of [
			"write",
			"note",
			"take_over",
			"close",
			"merge",
			"change",
			"hand_over",
			"release",
		]) {
			if (!can.includes(action))
				cannot[action] =
					one.state === "locked"
						? "ticket.locked"
						: one.state === "closed"
							? "ticket.closed"
							: "ticket.not_yours";
		}
		if (who === "timo") {
			cannot.take_over = "staff.lacks.training";
			can.splice(can.indexOf("take_over"), 1);
		}
		return {
			...one,
			request: {
				done: "Newsletter-Modul eingeschaltet",
				expected: "Eine Bestätigung je Bestellung",
				happened: "Jede kommt zweimal",
				affected: "alle Kunden im Laden",
			},
			messages,
			more: one.number === 1042,
			follows: one.number === 1043 ? this.ref("t8") : null,
			followed_by: one.state === "locked" ? [this.ref("t3")].flatMap((ref) => ref ?? []) : [],
			merged_into: null,
			merged: one.number === 1042 ? [this.ref("t7")].flatMap((ref) => ref ?? []) : [],
			watchers: this.watchers,
			copied:
				!contact && !guest && one.number === 1042
					? contacts.slice(1, 2).filter(({ id }) => !this.watchers.some((w) => w.person.id === id))
					: [],
			grounds: guest
				? []
				: [
						{
							id: ground?.id ?? "past1",
							kind: "takeover",
							state: ground ? "open" : "ended",
							staff: jana,
							opened_at: minutes(-1470),
						},
					],
			calls:
				one.channel === "phone"
					? [{ id: "call1", proof: "call_back", at: minutes(-90), staff: jana }]
					: [],
			can: contact
				? open
					? [
							"write",
							"close",
							...(one.channel === "phone" && one.state === "new" ? ["confirm"] : []),
						]
					: one.state === "closed"
						? ["write", "reopen"]
						: ["follow_up"]
				: guest
					? ["write"]
					: can,
			cannot,
			access:
				contact || guest
					? null
					: {
							code: ground ? "open" : code,
							decision: ground ? "open" : one.state === "locked" ? "closed" : "needs",
							products: products.map((product, place) => ({
								product,
								decision: ground && place === 0 ? ("open" as const) : ("needs" as const),
								code: ground ? "visit.no_user" : code,
								ground_id: ground?.id ?? null,
								until: ground?.ends_at ?? null,
							})),
							ground_id: ground?.id ?? null,
							needs_confirmation: one.channel === "phone",
						},
			requester:
				contact || guest
					? null
					: {
							person: one.contact,
							role: "owner",
							support: true,
							authorised: one.number % 2 === 0,
							address_flags: one.number === 1043 ? ["role", "unreachable"] : [],
							proven: one.proof ?? null,
							language: "de",
						},
		};
	}
}

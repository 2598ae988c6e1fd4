import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Route, Routes, useLocation } from "react-router";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { switchSingleKeys, useKeys } from "../src/desk/keyboard";
import Queue from "../src/desk/queue/Queue";
import TicketPage from "../src/desk/ticket/TicketPage";
import type { TicketLine, TicketView } from "../src/shared/api/types";
import { agent, answers, at, ground, show } from "./help";

const jana = { id: "s1", name: "Jana Brückner", username: "jana" };
const timo = { id: "s2", name: "Timo Neuhaus", username: "timo" };
const panel = { id: "panel", name: "Panel" };

function line(changes: Partial<TicketLine> = {}): TicketLine {
	return {
		id: "t1",
		number: 1042,
		subject: "Bestellungen doppelt",
		state: "open",
		channel: "portal",
		priority: "normal",
		customer: { id: "c1", number: "K-1", name: "Bäckerei Sonnenfeld" },
		contact: { id: "k1", name: "Mara Sonnenfeld" },
		assignee: null,
		opened_at: at(-500),
		last_message_at: at(-60),
		closes_at: null,
		locks_at: at(30 * 1440),
		waits_since: at(-60),
		waits_for: "staff",
		tags: [],
		proof: "proven",
		mine: false,
		held: 0,
		...changes,
	};
}

function ticket(changes: Partial<TicketView> = {}): TicketView {
	return {
		...line(),
		request: { happened: "Jede kommt zweimal" },
		messages: [],
		more: false,
		follows: null,
		followed_by: [],
		merged_into: null,
		merged: [],
		watchers: [],
		copied: [],
		grounds: [],
		calls: [],
		can: ["write", "note", "take_over", "close", "change", "merge"],
		cannot: {},
		access: {
			code: "needs.takeover",
			decision: "needs",
			products: [],
			ground_id: null,
			needs_confirmation: false,
		},
		requester: {
			person: { id: "k1", name: "Mara Sonnenfeld" },
			role: "owner",
			support: true,
			authorised: true,
			address_flags: [],
			proven: "proven",
			language: "de",
		},
		...changes,
	};
}

const other = line({ id: "t2", number: 1043, subject: "Neue Filiale" });
const empty = { body: { items: [], next: null } };

function desk(path: string, view: TicketView, replies: Parameters<typeof answers>[0] = {}) {
	const calls = answers({
		"GET /tickets": { body: { items: [view, other], next: null } },
		"GET /tickets/t1": { body: view },
		"GET /tickets/counts": { body: { new: 1, mine: 0, waiting: 0, escalated: 0, quarantine: 0 } },
		"GET /ticket-views": { body: [] },
		"GET /customers/c1": { body: { contacts: [] } },
		...replies,
	});
	show(
		<>
			<Where />
			<Routes>
				<Route path="/desk/tickets" element={<Queue guest={false} />} />
				<Route path="/desk/tickets/:id" element={<TicketPage me={agent()} />} />
			</Routes>
		</>,
		path,
	);
	return calls;
}

function Where() {
	const location = useLocation();
	return <p data-testid="where">{location.pathname}</p>;
}

const door = () => screen.findByTestId("ticket-door");
const heading = () => screen.findByRole("heading", { level: 1 });
const posted = (calls: ReturnType<typeof answers>) =>
	calls.filter((call) => call.method === "POST").map((call) => call.path);

describe("the desk's keys", () => {
	beforeEach(() => switchSingleKeys(true));
	afterEach(() => {
		switchSingleKeys(true);
		vi.unstubAllGlobals();
	});

	test("t takes the request over (rule B10)", async () => {
		const taken = ticket({ mine: true, assignee: jana });
		const calls = desk("/desk/tickets/t1", ticket(), {
			"POST /tickets/t1/take-over": { body: taken },
		});
		await heading();
		await userEvent.keyboard("t");
		await waitFor(() => expect(posted(calls)).toEqual(["/tickets/t1/take-over"]));
		expect(calls.find((call) => call.method === "POST")?.body).toEqual({ from_staff_id: null });
	});

	test("t on somebody else's asks first, and names whom it is taken from", async () => {
		const theirs = ticket({ assignee: timo });
		const calls = desk("/desk/tickets/t1", theirs, {
			"POST /tickets/t1/take-over": { body: theirs },
		});
		await heading();
		await userEvent.keyboard("t");
		const dialog = await screen.findByRole("dialog");
		expect(posted(calls)).toEqual([]);
		await userEvent.click(within(dialog).getByRole("button", { name: "Übernehmen" }));
		await waitFor(() => expect(posted(calls)).toHaveLength(1));
		expect(calls.find((call) => call.method === "POST")?.body).toEqual({ from_staff_id: "s2" });
	});

	test("r answers, n notes, c asks whether to close", async () => {
		desk("/desk/tickets/t1", ticket());
		await heading();
		await userEvent.keyboard("r");
		await waitFor(() => expect(document.activeElement?.tagName).toBe("TEXTAREA"));
		expect(screen.getByRole("button", { name: "Senden" })).toBeDefined();
		await userEvent.keyboard("{Escape}n");
		await waitFor(() => expect(document.activeElement?.tagName).toBe("TEXTAREA"));
		expect(screen.getByRole("button", { name: "Notiz ablegen" })).toBeDefined();
		await userEvent.keyboard("{Escape}c");
		expect(await screen.findByText("Anfrage schließen?")).toBeDefined();
	});

	test("letters in a field are letters", async () => {
		const calls = desk("/desk/tickets/t1", ticket());
		await heading();
		await userEvent.keyboard("r");
		await waitFor(() => expect(document.activeElement?.tagName).toBe("TEXTAREA"));
		await userEvent.keyboard("tc");
		expect((document.activeElement as HTMLTextAreaElement).value).toBe("tc");
		expect(posted(calls)).toEqual([]);
	});

	test("j and k move in the queue, Enter opens", async () => {
		desk("/desk/tickets", ticket());
		await screen.findByText("Neue Filiale");
		await userEvent.keyboard("jj");
		expect(document.activeElement?.getAttribute("data-ticket")).toBe("t2");
		await userEvent.keyboard("k{Enter}");
		await waitFor(() => expect(screen.getByTestId("where").textContent).toBe("/desk/tickets/t1"));
	});

	test("t on a line of the queue opens it and takes it over, once", async () => {
		const calls = desk("/desk/tickets", ticket(), {
			"POST /tickets/t1/take-over": { body: ticket() },
		});
		await screen.findByText("Neue Filiale");
		await userEvent.keyboard("jt");
		await waitFor(() => expect(posted(calls)).toEqual(["/tickets/t1/take-over"]));
	});

	test("g q goes to the queue; the q alone does nothing", async () => {
		const went = vi.fn();
		const alone = vi.fn();
		function Page() {
			useKeys({ "g q": went });
			useKeys({ q: alone });
			return null;
		}
		show(<Page />);
		await userEvent.keyboard("gq");
		expect(went).toHaveBeenCalledTimes(1);
		expect(alone).not.toHaveBeenCalled();
	});

	test("switched off, single letters do nothing (WCAG 2.1.4)", async () => {
		switchSingleKeys(false);
		const calls = desk("/desk/tickets/t1", ticket());
		await heading();
		await userEvent.keyboard("t");
		expect(posted(calls)).toEqual([]);
	});
});

describe("a request's door", () => {
	afterEach(() => void vi.unstubAllGlobals());

	test("rule B11: what is not open says why and what opens it", async () => {
		desk("/desk/tickets/t1", ticket());
		const shown = await door();
		expect(shown.dataset.state).toBe("closed");
		expect(
			within(shown).getByText("Dafür müssen Sie die Anfrage zuerst übernehmen."),
		).toBeDefined();
		expect(within(shown).getByRole("button", { name: /Übernehmen/ })).toBeDefined();
	});

	test("never a dead button: without the trainings there is a sentence instead", async () => {
		const can = ["note"];
		desk("/desk/tickets/t1", ticket({ can, cannot: { take_over: "staff.lacks.training" } }));
		const shown = await door();
		expect(within(shown).getByText(/Ihnen fehlen Schulungen/)).toBeDefined();
		expect(within(shown).queryByRole("button")).toBeNull();
	});

	test("rule B10: the history says to whom a request went", async () => {
		const messages = [
			{
				id: "m1",
				kind: "event",
				via: "system",
				author: { kind: "staff", person: { id: "s1", name: "Jana Petersen" } },
				at: at(-5),
				text: "",
				attachments: [],
				event: {
					code: "ticket.handed_over",
					data: { to: "s2" },
					person: { id: "s2", name: "Timo Reuss" },
				},
			},
		] as unknown as TicketView["messages"];
		desk("/desk/tickets/t1", ticket({ messages }));
		const line = await screen.findByTestId("event");
		expect(line.textContent).toContain("Jana Petersen: an Timo Reuss weitergegeben");
	});

	test("rule B10: a request that staff typed waits for the customer's word", async () => {
		const access = { ...ticket().access, code: "needs.customer_word", needs_confirmation: true };
		desk("/desk/tickets/t1", ticket({ access: access as TicketView["access"] }));
		expect(await screen.findByText(/Der Kunde hat diese Anfrage noch nicht selbst/)).toBeDefined();
	});

	test("rule T4: the first visit on a takeover asks for a reason, the subject is there already", async () => {
		const takeover = ground({ id: "g1", kind: "takeover" as never, words: null, reason: null });
		const view = ticket({
			mine: true,
			assignee: jana,
			grounds: [{ id: "g1", kind: "takeover", state: "open", staff: jana, opened_at: at(-5) }],
			access: {
				code: "open",
				decision: "open",
				products: [
					{ product: panel, decision: "open", code: "open", ground_id: "g1", until: null },
				],
				ground_id: "g1",
				needs_confirmation: false,
			},
		});
		const visit = vi.fn(() => ({ status: 403, body: { code: "needs.reason" } }));
		desk("/desk/tickets/t1", view, {
			"GET /grounds/g1": { body: takeover },
			"POST /visits": visit,
		});
		await userEvent.click(await screen.findByRole("button", { name: "Panel öffnen" }));
		const text = screen.getByLabelText("Worum geht es?") as HTMLInputElement;
		expect(text.value).toBe("Bestellungen doppelt");
		expect(visit).not.toHaveBeenCalled();
	});

	test("rules B15, B16: a locked one takes no message; a follow-up carries it on", async () => {
		const cannot = { write: "ticket.locked", note: "ticket.locked", take_over: "ticket.locked" };
		const calls = desk(
			"/desk/tickets/t1",
			ticket({ state: "locked", locks_at: at(-60), can: ["follow_up"], cannot }),
			{ "POST /tickets/t1/follow-up": { body: ticket({ id: "t3" }) } },
		);
		expect(await screen.findByText(/Gesperrt seit/)).toBeDefined();
		expect(screen.queryByTestId("composer")).toBeNull();
		await userEvent.type(
			screen.getByRole("textbox", { name: /Womit geht es weiter/ }),
			"Weiter so",
		);
		await userEvent.click(screen.getByRole("button", { name: "Folgeanfrage stellen" }));
		await waitFor(() => expect(posted(calls)).toEqual(["/tickets/t1/follow-up"]));
	});

	test("control 48: the one who asked for the original does not allow it", async () => {
		const file = {
			id: "a1",
			name: "aufzeichnung.har",
			media_type: "application/json",
			size_bytes: 10,
			inline: false,
			live_secrets: true,
			leave: { id: "l1", state: "asked", asked_by: jana },
		};
		const message = {
			id: "m1",
			kind: "message",
			via: "portal",
			author: { kind: "contact", person: { id: "k1", name: "Mara" } },
			at: at(-5),
			text: "Hier",
			attachments: [file],
		};
		desk("/desk/tickets/t1", ticket({ messages: [message] }), { "GET /me": { body: agent() } });
		expect(await screen.findByText("Geschwärzte Kopie.")).toBeDefined();
		expect(await screen.findByText("Gebeten. Jemand anderes muss zustimmen.")).toBeDefined();
		expect(screen.queryByRole("button", { name: "Zustimmen" })).toBeNull();
	});
});

describe("the queue", () => {
	afterEach(() => void vi.unstubAllGlobals());

	test("proven stands beside who asks", async () => {
		desk("/desk/tickets", ticket({ proof: "unproven" }));
		expect(await screen.findByText("Absender nicht geprüft")).toBeDefined();
	});

	test("a view that is not kept yet can be kept under a name", async () => {
		const calls = desk("/desk/tickets?priority=urgent", ticket(), {
			"POST /ticket-views": { body: { id: "v1", name: "Dringend", query: "priority=urgent" } },
		});
		await userEvent.click(await screen.findByRole("button", { name: "Ansicht merken" }));
		await userEvent.type(screen.getByLabelText("Name der Ansicht"), "Dringend{Enter}");
		await waitFor(() => expect(posted(calls)).toEqual(["/ticket-views"]));
		expect(calls.find((call) => call.method === "POST")?.body).toEqual({
			name: "Dringend",
			query: "priority=urgent",
		});
	});

	test("an empty queue says that all is answered", async () => {
		desk("/desk/tickets", ticket(), { "GET /tickets": empty });
		expect(await screen.findByText("Hier ist nichts. Alles beantwortet.")).toBeDefined();
	});
});

describe("colleagues in copy", () => {
	afterEach(() => void vi.unstubAllGlobals());

	test("control 44: they read along only when somebody lets them", async () => {
		const calls = desk("/desk/tickets/t1", ticket({ copied: [{ id: "k2", name: "Ole Sommer" }] }), {
			"POST /tickets/t1/watchers": { body: ticket() },
		});
		const offer = await screen.findByRole("button", { name: "Ole Sommer mitlesen lassen" });
		expect(posted(calls)).toEqual([]);
		await userEvent.click(offer);
		await waitFor(() => expect(posted(calls)).toEqual(["/tickets/t1/watchers"]));
		expect(calls.find((call) => call.method === "POST")?.body).toEqual({ contact_id: "k2" });
	});

	test("a locked request lets nobody in", async () => {
		desk(
			"/desk/tickets/t1",
			ticket({ state: "locked", copied: [{ id: "k2", name: "Ole Sommer" }] }),
		);
		await heading();
		expect(screen.queryByRole("button", { name: /mitlesen lassen/ })).toBeNull();
	});
});

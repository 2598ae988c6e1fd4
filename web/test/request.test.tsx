import { fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Route, Routes } from "react-router";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { NewRequest } from "../src/portal/request/NewRequest";
import { RequestList } from "../src/portal/request/RequestList";
import { RequestPage } from "../src/portal/request/RequestPage";
import { SUBJECT_LENGTH, stateText, subjectOf } from "../src/portal/request/state";
import { requestWords } from "../src/portal/request/words";
import type { TicketView } from "../src/shared/api/types";
import { forgetWriting } from "../src/shared/ticket/forget";
import { answers, at, contact, ground, show } from "./help";

vi.mock("../src/shared/api/upload", async (original) => ({
	...(await original<typeof import("../src/shared/api/upload")>()),
	upload: (file: File) => ({
		done: Promise.resolve({
			id: `up-${file.name}`,
			name: file.name,
			media_type: file.type,
			size_bytes: file.size,
			inline: false,
			live_secrets: false,
		}),
		stop: () => {},
	}),
}));

const DAY = 24 * 60;
const closedDoor = { state: "closed", grounds: [], can_see: [], pin_closed: false, notices: [] };

function ticket(changes: Partial<TicketView> = {}): TicketView {
	return {
		id: "t1",
		number: 1042,
		subject: "Bestellungen kommen doppelt an",
		state: "open",
		channel: "portal",
		priority: "normal",
		customer: { id: "c1", number: "1042", name: "Bäckerei Sonnenfeld" },
		contact: { id: "k1", name: "Mara Sonnenfeld" },
		assignee: { id: "s1", name: "Jana Brückner", username: "jana" },
		opened_at: at(-100),
		last_message_at: at(-50),
		closes_at: null,
		locks_at: at(29 * DAY),
		tags: [],
		mine: false,
		held: 0,
		request: {},
		messages: [],
		more: false,
		follows: null,
		followed_by: [],
		merged_into: null,
		merged: [],
		watchers: [],
		copied: [],
		grounds: [],
		can: ["write", "close"],
		cannot: {},
		...changes,
	} as TicketView;
}

const pages = (
	<Routes>
		<Route path="/requests/new" element={<NewRequest me={contact()} />} />
		<Route path="/requests/:id" element={<RequestPage />} />
		<Route path="/requests" element={<RequestList me={contact()} />} />
	</Routes>
);

const happened = () => screen.getByLabelText(/Was ist passiert/) as HTMLTextAreaElement;
const write = (text: string) => fireEvent.change(happened(), { target: { value: text } });
const send = () => screen.getByRole("button", { name: "Anfrage senden" });
const file = (name: string) => new File(["x"], name, { type: "image/png" });

beforeEach(() => sessionStorage.clear());
afterEach(() => void vi.unstubAllGlobals());

describe("a new request", () => {
	test("rule P1: one sentence is enough; it becomes the subject", async () => {
		const calls = answers({
			"POST /tickets": { body: ticket() },
			"GET /tickets/t1": { body: ticket() },
			"GET /door": { body: closedDoor },
		});
		show(pages, "/requests/new");
		write("Bestellungen kommen doppelt an. Seit gestern.");
		await userEvent.click(send());
		expect(await screen.findByText(/Ihre Anfrage 1042 ist bei uns angekommen/)).toBeDefined();
		expect(calls[0]?.body).toMatchObject({
			subject: "Bestellungen kommen doppelt an",
			happened: "Bestellungen kommen doppelt an. Seit gestern.",
			done: null,
			attachments: [],
		});
		expect(sessionStorage.length).toBe(0);
	});

	test("without any text nothing is sent and the field says what is missing", async () => {
		const calls = answers({});
		show(pages, "/requests/new");
		await userEvent.click(send());
		expect(screen.getByText(/worum es geht/)).toBeDefined();
		expect(document.activeElement).toBe(happened());
		expect(calls).toHaveLength(0);
	});

	test("a refusal keeps what was written and attached", async () => {
		answers({ "POST /tickets": { status: 503, body: { code: "busy" } } });
		show(pages, "/requests/new");
		write("Es geht nicht");
		fireEvent.paste(happened(), { clipboardData: { files: [file("bild.png")] } });
		await screen.findByText("bild.png");
		await userEvent.click(send());
		expect((await screen.findByRole("alert")).textContent).toContain("Gerade ist viel los");
		expect(happened().value).toBe("Es geht nicht");
		expect(screen.getByText("bild.png")).toBeDefined();
	});

	test("a reload keeps text and uploaded files; they can be thrown away", async () => {
		answers({});
		const first = show(pages, "/requests/new");
		write("Es geht nicht");
		fireEvent.drop(screen.getByTestId("new-request"), {
			dataTransfer: { types: ["Files"], files: [file("bild.png")] },
		});
		await waitFor(() =>
			expect(sessionStorage.getItem("pforte-request-draft")).toContain("up-bild"),
		);
		first.unmount();
		show(pages, "/requests/new");
		expect(happened().value).toBe("Es geht nicht");
		expect(screen.getByText("bild.png")).toBeDefined();
		await userEvent.click(screen.getByRole("button", { name: "Verwerfen" }));
		expect(happened().value).toBe("");
		await waitFor(() => expect(sessionStorage.length).toBe(0));
	});

	test("pasted and dropped files go along", async () => {
		const calls = answers({ "POST /tickets": { status: 503, body: { code: "busy" } } });
		show(pages, "/requests/new");
		write("Siehe Bilder");
		fireEvent.paste(happened(), { clipboardData: { files: [file("a.png")] } });
		fireEvent.drop(screen.getByTestId("new-request"), {
			dataTransfer: { types: ["Files"], files: [file("b.png")] },
		});
		await screen.findByText("b.png");
		await waitFor(() => expect(screen.getAllByText("✓")).toHaveLength(2));
		await userEvent.click(send());
		await waitFor(() =>
			expect(calls[0]?.body).toMatchObject({ attachments: ["up-a.png", "up-b.png"] }),
		);
	});

	test("a draft is its writer's alone, and signing out forgets it", async () => {
		const draft = { happened: "geheim", done: "", expected: "", affected: "", files: [] };
		sessionStorage.setItem(
			"pforte-request-draft",
			JSON.stringify({ ...draft, person: "somebody-else" }),
		);
		answers({});
		show(pages, "/requests/new");
		expect(happened().value).toBe("");
		sessionStorage.setItem("pforte-request-draft", JSON.stringify({ ...draft, person: "k1" }));
		forgetWriting();
		expect(sessionStorage.length).toBe(0);
	});
});

describe("a request's line", () => {
	const now = Date.parse("2026-11-22T12:00:00Z");
	const closes_at = "2026-11-25T12:00:00Z";
	const text = (changes: Partial<TicketView>) =>
		stateText(ticket(changes), now, "de", requestWords.de);

	test("rule B14: says how it stands and when it closes", () => {
		expect(text({ state: "new", assignee: null })).toBe("Eingegangen");
		expect(text({ state: "open" })).toBe("Jana Brückner ist dran");
		expect(text({ state: "open", assignee: null })).toBe("Wir sind dran");
		expect(text({ state: "waiting", closes_at })).toBe(
			"Wartet auf Ihre Antwort · schließt in 3 Tagen (25. Nov. 2026, 13:00)",
		);
		expect(text({ state: "closed" })).toBe("Geschlossen");
		expect(text({ state: "locked" })).toBe("Gesperrt");
	});

	test("the subject is the first sentence or line, cut at a word", () => {
		expect(subjectOf("  Drucker streikt.\nSeit Montag.")).toBe("Drucker streikt");
		expect(subjectOf("Geht nicht mehr! Hilfe")).toBe("Geht nicht mehr!");
		expect(subjectOf("Version 2.4 startet nicht")).toBe("Version 2.4 startet nicht");
		const long = subjectOf("Bestellbestätigung ".repeat(20));
		expect(long.length).toBeLessThanOrEqual(SUBJECT_LENGTH);
		expect(long.endsWith("Bestellbestätigung…")).toBe(true);
	});

	test("an empty list says what would fill it", async () => {
		answers({ "GET /tickets": { body: { items: [], next: null } } });
		show(pages, "/requests");
		expect(await screen.findByText(/Wo hakt es\?/)).toBeDefined();
		expect(screen.getByRole("link", { name: "Neue Anfrage" })).toBeDefined();
	});
});

describe("one request", () => {
	test("rule B10: what staff wrote down asks for confirmation", async () => {
		let can = ["write", "confirm"];
		const calls = answers({
			"GET /tickets/t1": () => ({ body: ticket({ can }) }),
			"GET /door": { body: closedDoor },
			"POST /tickets/t1/confirm": () => {
				can = ["write"];
				return { body: ticket({ can }) };
			},
		});
		show(pages, "/requests/t1");
		await userEvent.click(await screen.findByRole("button", { name: "Ja, bestätigen" }));
		await waitFor(() => expect(screen.queryByText("Ist das Ihre Anfrage?")).toBeNull());
		expect(calls.some((call) => call.path === "/tickets/t1/confirm")).toBe(true);
	});

	test("rule X8: after a link's word the page says that the password is missing, and asks for it", async () => {
		const can = ["write", "confirm"];
		const calls = answers({
			"GET /me": { body: { ...contact(), strength: "link" } },
			"GET /tickets/t1": { body: ticket({ can, access_waits_for: "sign_in" }) },
			"GET /door": { body: closedDoor },
		});
		show(pages, "/requests/t1");
		expect(await screen.findByText(/Nur noch Ihr Passwort fehlt/)).toBeDefined();
		expect(screen.queryByText(/Der Support hat sie für Sie aufgeschrieben/)).toBeNull();
		await userEvent.click(screen.getByRole("button", { name: "Mit Passwort bestätigen" }));
		expect(await screen.findByText("Einmal Ihr Passwort, bitte")).toBeDefined();
		expect(calls.some((call) => call.path === "/tickets/t1/confirm")).toBe(false);
	});

	test("rule B12: whoever can see something because of it is named, and End now shuts it", async () => {
		let open = true;
		const takeover = ground({
			kind: "takeover",
			words: null,
			reason: null,
			record: null,
			ticket: { id: "t1", number: 1042, subject: "Bestellungen kommen doppelt an" },
			ends_at: at(29 * DAY),
		});
		answers({
			"GET /tickets/t1": { body: ticket() },
			"GET /door": () => ({
				body: open ? { ...closedDoor, state: "open", grounds: [takeover] } : closedDoor,
			}),
			[`POST /grounds/${takeover.id}/end`]: () => {
				open = false;
				return { body: { ended_at: "", cut_millis: 200, streams: 0, written: true } };
			},
		});
		show(pages, "/requests/t1");
		expect(
			await screen.findByText(/Jana Brückner kann wegen dieser Anfrage in Ihre Produkte sehen/),
		).toBeDefined();
		await userEvent.click(screen.getByRole("button", { name: "Jetzt beenden" }));
		expect(await screen.findByText(/Nach 0,2 s war alles zu/)).toBeDefined();
		expect(screen.getByTestId("access").dataset.state).toBe("closed");
	});

	test("a door opened for another reason is not this request's", async () => {
		answers({
			"GET /tickets/t1": { body: ticket() },
			"GET /door": { body: { ...closedDoor, state: "open", grounds: [ground()] } },
		});
		show(pages, "/requests/t1");
		expect(await screen.findByText(/Niemand vom Support kann wegen dieser Anfrage/)).toBeDefined();
	});

	test("without an answer of the door it is not sure, never closed", async () => {
		answers({
			"GET /tickets/t1": { body: ticket() },
			"GET /door": { status: 404, body: { code: "internal" } },
		});
		show(pages, "/requests/t1");
		await waitFor(() => expect(screen.getByTestId("access").dataset.state).toBe("unsure"));
	});

	test("rule B16: writing to a locked one leads to its follow-up", async () => {
		const next = { id: "t2", number: 1077, subject: "Bestellungen kommen doppelt an" };
		const calls = answers({
			"GET /tickets/t1": { body: ticket({ state: "locked", can: ["follow_up"] }) },
			"GET /tickets/t2": {
				body: ticket({ ...next, follows: { ...next, id: "t1", number: 1042 } }),
			},
			"GET /door": { body: closedDoor },
			"POST /tickets/t1/messages": { body: { message: null, ticket: next, follow_up: true } },
		});
		show(pages, "/requests/t1");
		expect(await screen.findByText("Diese Anfrage ist gesperrt")).toBeDefined();
		await userEvent.type(screen.getByLabelText("Nachricht"), "Es ist wieder da");
		await userEvent.click(screen.getByRole("button", { name: "Senden" }));
		expect(await screen.findByText(/Daraus wurde die Folgeanfrage 1077/)).toBeDefined();
		const sent = calls.find((call) => call.method === "POST");
		expect(sent?.body).toMatchObject({ text: "Es ist wieder da", kind: "message" });
	});

	test("rule B13: a closed one can be opened again", async () => {
		const calls = answers({
			"GET /tickets/t1": { body: ticket({ state: "closed", can: ["write", "reopen"] }) },
			"GET /door": { body: closedDoor },
			"POST /tickets/t1/reopen": { body: ticket() },
		});
		show(pages, "/requests/t1");
		await userEvent.click(await screen.findByRole("button", { name: "Noch nicht erledigt" }));
		await waitFor(() =>
			expect(calls.some((call) => call.path === "/tickets/t1/reopen")).toBe(true),
		);
	});
});

import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, test, vi } from "vitest";
import Import from "../src/desk/admin/Import";
import { edited } from "../src/desk/admin/ManageContact";
import { CustomerPanel } from "../src/desk/CustomerPanel";
import type { ImportReport, ListedContact, Panel } from "../src/shared/api/types";
import { answers, at, show } from "./help";

const panel: Panel = {
	open: false,
	personal: false,
	open_tickets: [],
	last_tickets: [],
	visits: [
		{
			id: "v1",
			ground_id: "g1",
			product: { id: "panel", name: "Panel" },
			staff: { id: "s1", name: "Lena Brandt" },
			started_at: at(-90),
			ended_at: at(-60),
			ending: { how: "customer", by: null, de: "vom Kunden beendet", en: "ended by the customer" },
		},
	],
	contacts: [
		{
			id: "k1",
			name: "Mara",
			role: "owner",
			support: true,
			authorised: true,
			address: "•••••",
			phones: ["•••••"],
		},
	],
	note_count: 2,
	notes: null,
};
const path = "GET /customers/c1/panel";

describe("a customer at a glance", () => {
	afterEach(() => void vi.unstubAllGlobals());

	test("B4: before anything is open there are names and a count, no notes and no field for one", async () => {
		answers({ [path]: { body: panel } });
		show(<CustomerPanel customer="c1" />);
		expect(await screen.findByText("Mara")).toBeDefined();
		expect(screen.getByText(/2 Notizen\. Lesbar, sobald/)).toBeDefined();
		expect(screen.getByText(/Adressen und Nummern bleiben verdeckt/)).toBeDefined();
		expect(screen.getByText(/vom Kunden beendet/)).toBeDefined();
		expect(screen.queryByRole("textbox")).toBeNull();
	});

	test("with an open door a note is written, and told when a secret was taken out", async () => {
		const calls = answers({
			[path]: { body: { ...panel, open: true, notes: [] } },
			"POST /customers/c1/notes": { body: { redacted: true } },
		});
		show(<CustomerPanel customer="c1" />);
		await userEvent.type(await screen.findByRole("textbox"), "password: x");
		await userEvent.click(screen.getByRole("button", { name: "Notiz speichern" }));
		expect(await screen.findByText(/wurde herausgenommen/)).toBeDefined();
		expect(calls.find((call) => call.method === "POST")?.body).toEqual({ text: "password: x" });
	});

	test("only one's own note is changed; deleting asks once more", async () => {
		const note = {
			id: "n1",
			text: "Zwei Läden",
			by: { id: "s2", name: "Timo" },
			written_at: at(-5),
		};
		const calls = answers({
			[path]: {
				body: {
					...panel,
					open: true,
					notes: [
						{ ...note, mine: false, may_delete: false },
						{ ...note, id: "n2", text: "Mittags anrufen", mine: true, may_delete: true },
					],
				},
			},
			"DELETE /customers/c1/notes/n2": { status: 204 },
		});
		show(<CustomerPanel customer="c1" />);
		expect(await screen.findByText("Zwei Läden")).toBeDefined();
		expect(screen.getAllByRole("button", { name: "Ändern" })).toHaveLength(1);
		await userEvent.click(screen.getByRole("button", { name: "Löschen" }));
		expect(calls.some((call) => call.method === "DELETE")).toBe(false);
		await userEvent.click(screen.getByRole("button", { name: "Wirklich löschen" }));
		await waitFor(() => expect(calls.some((call) => call.method === "DELETE")).toBe(true));
	});
});

describe("what admins change about a contact", () => {
	const contact: ListedContact = {
		id: "k1",
		first_name: "Mara",
		last_name: "Sonnenfeld",
		role: "owner",
		rights: { support: true, instruction: false },
		language: "de",
		active: true,
		product_users: { panel: "u-1" },
	};
	const same = {
		first_name: "Mara",
		last_name: "Sonnenfeld",
		role: "owner",
		support: true,
		instruction: false,
		product_users: { panel: "u-1", shop: "" },
	};

	test("only what differs is asked for; a user in a product that came later too", () => {
		expect(edited(contact, same)).toEqual({});
		const users = { panel: "", shop: "s-7" };
		expect(edited(contact, { ...same, product_users: users })).toEqual({ product_users: users });
		expect(edited(contact, { ...same, last_name: "Öztürk" })).toEqual({
			first_name: "Mara",
			last_name: "Öztürk",
		});
	});
});

describe("importing", () => {
	afterEach(() => void vi.unstubAllGlobals());

	const report: ImportReport = {
		done: false,
		encoding: "windows-1252",
		separator: ";",
		unknown_columns: ["Umsatz"],
		lines: 2,
		counts: { added: 1, changed: 0, same: 0, waits: 0, wrong: 1 },
		preview: [{ line: 2, becomes: "added", name: "20001 Öle", fields: [] }],
		flaws: [{ line: 3, column: "Nummer", code: "import.number", detail: "Use letters." }],
		codes: [],
	};

	test("a wrong line is told with line, column and what to do, and nothing can be taken", async () => {
		// A file is no JSON: the answer is all that counts here.
		vi.stubGlobal("fetch", async (request: Request) =>
			new URL(request.url).pathname.endsWith("/products")
				? Response.json([])
				: Response.json(report),
		);
		show(<Import />);
		const field = document.querySelector("input[type=file]") as HTMLInputElement;
		await userEvent.upload(field, new File(["Nummer;Name"], "kunden.csv", { type: "text/csv" }));
		await userEvent.click(screen.getByRole("button", { name: "Ansehen" }));
		expect(await screen.findByText(/1 Zeile mit Fehler/)).toBeDefined();
		expect(screen.getByRole("cell", { name: "Nummer" })).toBeDefined();
		expect(screen.getByText(/Bis zu 20 Buchstaben/)).toBeDefined();
		expect(screen.getByText(/übergangen: Umsatz/)).toBeDefined();
		expect(screen.queryByRole("button", { name: "Jetzt importieren" })).toBeNull();
	});
});

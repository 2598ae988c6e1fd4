import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, test, vi } from "vitest";
import { mayChange } from "../src/portal/contacts/People";
import SupportSettings from "../src/portal/contacts/SupportSettings";
import { changeLines, changeTitle } from "../src/portal/contacts/tell";
import { contactsWords } from "../src/portal/contacts/words";
import type { ChangeView, Me, SupportSettings as Settings } from "../src/shared/api/types";
import { answers, at, contact, show } from "./help";

const t = contactsWords.de;
const base = { active: true, addresses_ok: true, me: false };
const mara = {
	...base,
	id: "k1",
	name: "Mara Sonnenfeld",
	role: "owner",
	support: true,
	instruction: true,
};
const ole = {
	...base,
	id: "k2",
	name: "Ole Brandt",
	role: "member",
	support: false,
	instruction: false,
};

function change(changes: Partial<ChangeView> = {}): ChangeView {
	return {
		id: "w1",
		kind: "contact_change",
		about: { id: "k2", name: "Ole Brandt" },
		what: { role: "admin", support: true, instruction: true },
		asked_by: { id: "k3", name: "Henrike Vogt" },
		asked_at: at(-60),
		expires_at: at(6 * 24 * 60),
		state: "waiting",
		mine: false,
		may_decide: true,
		...changes,
	} as ChangeView;
}

function settings(changes: Partial<Settings> = {}): Settings {
	return {
		contacts: [{ ...mara, me: true }, ole],
		owner_and_admins: [{ id: "k1", name: "Mara Sonnenfeld", role: "owner" }],
		warnings: [],
		changes: [],
		support_addresses: [],
		me: { addresses: [], phones: [] },
		policy: { ticket_age: "created" },
		...changes,
	} as Settings;
}

const member = (): Me =>
	contact({
		contact: {
			customer: { id: "c1", number: "1042", name: "Bäckerei Sonnenfeld" },
			role: "member",
			rights: { support: false, instruction: false },
			totp: false,
		},
	});

afterEach(() => void vi.unstubAllGlobals());

describe("waiting changes", () => {
	test("rule P5: who asks, what changes, until when; agreeing sends it", async () => {
		let state = "waiting";
		const calls = answers({
			"GET /support-settings": () => ({ body: settings({ changes: [change({ state })] }) }),
			"POST /contact-changes/w1/approve": () => {
				state = "approved";
				return { body: change({ state }) };
			},
		});
		show(<SupportSettings me={contact()} />);
		const card = await screen.findByTestId("change");
		expect(within(card).getByText("Rechte von Ole Brandt ändern")).toBeDefined();
		expect(card.textContent).toContain("Henrike Vogt bittet darum");
		expect(card.textContent).toContain("Ohne Antwort verfällt es am");
		await userEvent.click(within(card).getByRole("button", { name: /Zustimmen/ }));
		expect(await screen.findByText("Zugestimmt. Die Änderung gilt jetzt.")).toBeDefined();
		expect(calls.filter((call) => call.method === "POST")).toHaveLength(1);
	});

	test("agreeing to a new contact shows the activation code, once", async () => {
		const added = change({ kind: "contact_add", about: { id: "", name: "Lisa Körner" } });
		answers({
			"GET /support-settings": { body: settings({ changes: [added] }) },
			"POST /contact-changes/w1/approve": {
				body: { ...added, state: "approved", activation_code: "VNQ-482-TRE" },
			},
		});
		show(<SupportSettings me={contact()} />);
		await userEvent.click(await screen.findByRole("button", { name: /Zustimmen/ }));
		expect(await screen.findByText("VNQ-482-TRE")).toBeDefined();
	});

	test("one's own and others' without the right have no buttons, but say who decides", async () => {
		answers({
			"GET /support-settings": {
				body: settings({
					changes: [
						change({ mine: true, may_decide: false }),
						change({ id: "w2", may_decide: false }),
					],
				}),
			},
		});
		show(<SupportSettings me={member()} />);
		const cards = await screen.findAllByTestId("change");
		for (const card of cards) expect(within(card).queryByRole("button")).toBeNull();
		expect(cards[0]?.textContent).toContain("Eine zweite berechtigte Person muss zustimmen.");
		expect(cards[1]?.textContent).toContain("Zustimmen kann, wer beide Rechte hat.");
	});

	test("rules P2, Z10: an owner without rights decides where the server says so", async () => {
		answers({ "GET /support-settings": { body: settings({ changes: [change()] }) } });
		show(<SupportSettings me={member()} />);
		const card = await screen.findByTestId("change");
		expect(within(card).getByRole("button", { name: /Zustimmen/ })).toBeDefined();
		expect(within(card).getByRole("button", { name: /Ablehnen/ })).toBeDefined();
	});

	test("rule X8: signed in by link, the password is asked for before anything is sent", async () => {
		const calls = answers({
			"GET /support-settings": { body: settings({ changes: [change()] }) },
			"POST /sign-in/confirm": { body: contact() },
			"POST /contact-changes/w1/approve": { body: change({ state: "approved" }) },
		});
		show(<SupportSettings me={contact({ strength: "link" })} />);
		await userEvent.click(await screen.findByRole("button", { name: /Zustimmen/ }));
		const dialog = await screen.findByRole("dialog");
		expect(calls.filter((call) => call.method === "POST")).toHaveLength(0);
		await userEvent.type(within(dialog).getByLabelText(/Passwort/), "ein langes Passwort");
		await userEvent.click(within(dialog).getByRole("button", { name: "Bestätigen" }));
		await waitFor(() =>
			expect(calls.filter((call) => call.method === "POST").map((call) => call.path)).toEqual([
				"/sign-in/confirm",
				"/contact-changes/w1/approve",
			]),
		);
	});

	test("a new contact goes by the name that was entered; rights are told as yes and no", () => {
		const what = { first_name: "Lisa", last_name: "Körner", role: "member", support: true };
		const added = change({ kind: "contact_add", about: null, what });
		expect(changeTitle(added, t)).toBe("Lisa Körner hinzufügen");
		expect(changeLines(added, t)).toEqual([
			["Rolle", "Mitglied"],
			["Darf Support anfragen", "ja"],
		]);
		expect(changeTitle(change({ kind: "something_new" }), t)).toContain("Ole Brandt");
	});
});

describe("the list of contacts", () => {
	test("rule Z12: everybody sees owner and admins; without rights nothing can be changed", async () => {
		answers({ "GET /support-settings": { body: settings() } });
		show(<SupportSettings me={member()} />);
		expect(await screen.findByText("Inhaber und Admins: Mara Sonnenfeld")).toBeDefined();
		expect(screen.queryByRole("button", { name: "Kontakt hinzufügen" })).toBeNull();
		expect(screen.getByText("Ändern dürfen das: Mara Sonnenfeld.")).toBeDefined();
	});

	test("rule P12: while nobody has both rights, the owner may help themselves", () => {
		const nobody = [{ ...mara, instruction: false }, ole];
		const owner = contact();
		if (owner.contact) owner.contact.rights = { support: true, instruction: false };
		expect(mayChange(owner, nobody)).toBe(true);
		expect(mayChange(owner, [mara, ole])).toBe(false);
		expect(mayChange(member(), nobody)).toBe(false);
	});

	test("rule P2: a change says whether it counts now or waits for a second person", async () => {
		let applied = false;
		const calls = answers({
			"GET /support-settings": { body: settings() },
			"PATCH /support-settings/contacts/k2": () => ({ body: { applied, change: null } }),
		});
		show(<SupportSettings me={contact()} />);
		const edit = async () => {
			await userEvent.click(await screen.findByRole("button", { name: "Ole Brandt ändern" }));
			await userEvent.click(screen.getByRole("checkbox", { name: /Darf Support anfragen/ }));
			await userEvent.click(screen.getByRole("button", { name: "Speichern" }));
		};
		await edit();
		expect(await screen.findByText(/Eine zweite berechtigte Person muss zustimmen/)).toBeDefined();
		expect(calls.find((call) => call.method === "PATCH")?.body).toEqual({
			role: "member",
			support: true,
			instruction: false,
		});
		applied = true;
		await edit();
		expect(await screen.findByText(/Alle Kontakte wurden benachrichtigt/)).toBeDefined();
	});

	test("rules P12, Z15: warnings and flags are told with what to do", async () => {
		const address = { id: "a1", address: "buero@sonnenfeld.example", primary: false };
		answers({
			"GET /support-settings": {
				body: settings({
					warnings: ["contacts.few_admins", "contacts.one_authorised", "address.list"],
					me: {
						addresses: [{ ...address, confirmed_at: at(-9), flags: ["list"] }],
						phones: [],
					},
				}),
			},
		});
		show(<SupportSettings me={contact()} />);
		expect(await screen.findByText(/Machen Sie eine zweite Person zum Admin/)).toBeDefined();
		const line = screen.getByTestId("address-line");
		expect(line.textContent).toContain("Das ist ein Verteiler.");
		expect(within(line).getByRole("button", { name: "Zur Hauptadresse machen" })).toBeDefined();
	});

	test("rule Z8: an address that is somebody else's is refused and stays typed", async () => {
		answers({
			"GET /support-settings": { body: settings() },
			"POST /support-settings/addresses": { status: 409, body: { code: "address.taken" } },
		});
		show(<SupportSettings me={contact()} />);
		const field = (await screen.findByLabelText("Neue E-Mail-Adresse")) as HTMLInputElement;
		await userEvent.type(field, "info@sonnenfeld.example{Enter}");
		expect((await screen.findByRole("alert")).textContent).toContain("gehört schon zu jemandem");
		expect(field.value).toBe("info@sonnenfeld.example");
	});
});

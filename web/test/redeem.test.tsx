import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, test, vi } from "vitest";
import { RedeemForm } from "../src/desk/RedeemForm";
import type { Customer, Me } from "../src/shared/api/types";
import { agent, answers, ground, show } from "./help";

const customer: Customer = {
	id: "c1",
	number: "1042",
	name: "Bäckerei Sonnenfeld",
	active: true,
	contacts: [
		{ id: "k1", name: "Mara", role: "owner", support: true },
		{ id: "k2", name: "Ole", role: "member", support: false },
	],
	address: "•••••",
	pin_closed: false,
	products: [],
};

function form(changes: { me?: Me; customer?: Partial<Customer>; contact?: string } = {}) {
	return show(
		<RedeemForm
			me={changes.me ?? agent()}
			customer={{ ...customer, ...changes.customer }}
			contactId={changes.contact ?? "k1"}
			caller="+49 30 5550117"
			arriving
			onContact={() => {}}
		/>,
	);
}

const pin = () => screen.getByLabelText<HTMLInputElement>("PIN");

describe("redeeming a PIN", () => {
	afterEach(() => void vi.unstubAllGlobals());

	test("rules T4, T14: PIN, reason and record go out with Enter", async () => {
		const calls = answers({ "POST /pin/redeem": { body: ground() } });
		form();
		await userEvent.type(pin(), "860423179");
		await userEvent.type(screen.getByLabelText("Worum geht es?"), "Mails doppelt{Enter}");
		await waitFor(() => expect(calls).toHaveLength(1));
		expect(calls[0]?.body).toEqual({
			customer_id: "c1",
			contact_id: "k1",
			digits: "860423179",
			reason: { category: "fault", text: "Mails doppelt" },
			record: { channel: "phone", from: "+49 30 5550117", note: null },
		});
	});

	test("a typing slip is seen before anything is sent", async () => {
		const calls = answers({});
		form();
		await userEvent.type(pin(), "860423178");
		expect(screen.getByText(/Diese PIN kann nicht stimmen/)).toBeDefined();
		await userEvent.type(screen.getByLabelText("Worum geht es?"), "x{Enter}");
		expect(calls).toHaveLength(0);
		expect(document.activeElement).toBe(pin());
	});

	test("nothing goes out without a reason (rule T4)", async () => {
		const calls = answers({});
		form();
		await userEvent.type(pin(), "860423179{Enter}");
		expect(calls).toHaveLength(0);
		expect(screen.getByText("Bitte ausfüllen.")).toBeDefined();
	});

	test("the digits group by themselves while typing", async () => {
		answers({});
		form();
		await userEvent.type(pin(), "8604");
		expect(pin().value).toBe("860 4");
	});

	test("a wrong PIN is told, and the field is empty for the next try", async () => {
		answers({ "POST /pin/redeem": { status: 403, body: { code: "pin.wrong" } } });
		form();
		await userEvent.type(pin(), "860423179");
		await userEvent.type(screen.getByLabelText("Worum geht es?"), "x{Enter}");
		expect(await screen.findByText(/Diese PIN öffnet hier nichts/)).toBeDefined();
		await waitFor(() => expect(pin().value).toBe(""));
	});

	test("rule T21: who lacks trainings reads that instead of a form", () => {
		form({ me: agent({ lacks: ["training"], may_enter: false }) });
		expect(screen.getByText(/die Schulungen/)).toBeDefined();
		expect(screen.queryByLabelText("PIN")).toBeNull();
	});

	test("a locked form says who can unlock it", () => {
		form({ me: agent({ form_locked: true }) });
		expect(screen.getByText(/Ihre Leitung kann es entsperren/)).toBeDefined();
	});

	test("a closed PIN way says what opens it", () => {
		form({ customer: { pin_closed: true } });
		expect(screen.getByText(/wenn sich eine berechtigte Person/)).toBeDefined();
	});

	test("a contact without the right has no PIN field", () => {
		form({ contact: "k2" });
		expect(screen.getByText(/Ole ist nicht für Support-Anfragen berechtigt/)).toBeDefined();
		expect(screen.queryByLabelText("PIN")).toBeNull();
	});
});

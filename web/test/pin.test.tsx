import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, test, vi } from "vitest";
import { remaining } from "../src/portal/pin/Pin";
import { SupportSheet } from "../src/portal/pin/SupportSheet";
import { answers, at, contact, NOW, show } from "./help";

const pin = () => ({ digits: "860423179", issued_at: at(-8), expires_at: at(52) });
const open = () => userEvent.click(screen.getByRole("button", { name: "Support" }));

describe("the support PIN", () => {
	afterEach(() => void vi.unstubAllGlobals());

	test("rule B6: one press shows it, grouped, with its warning; before that none is issued", async () => {
		const calls = answers({ "POST /pin": { body: pin() } });
		show(<SupportSheet me={contact()} />);
		expect(calls).toHaveLength(0);
		await open();
		const shown = await screen.findByTestId("pin");
		expect([...shown.querySelectorAll("[aria-hidden]")].map((part) => part.textContent)).toEqual([
			"860",
			"423",
			"179",
		]);
		expect(
			screen.getByText("Nennen Sie diese PIN nur, wenn Sie selbst angerufen haben."),
		).toBeDefined();
	});

	test("screen readers hear it digit by digit", async () => {
		answers({ "POST /pin": { body: pin() } });
		show(<SupportSheet me={contact()} />);
		await open();
		expect(await screen.findByText("PIN 8 6 0 4 2 3 1 7 9")).toBeDefined();
	});

	test("rule B8: a PIN issued after the page's last tick is not good for 61 minutes", async () => {
		answers({ "POST /pin": { body: { ...pin(), issued_at: at(0.5), expires_at: at(60.5) } } });
		show(<SupportSheet me={contact()} />);
		await open();
		expect(await screen.findByText(/^Gilt noch 60 Min\./)).toBeDefined();
	});

	test("New PIN takes the place of the old one", async () => {
		answers({
			"POST /pin": { body: pin() },
			"POST /pin/renew": { body: { ...pin(), digits: "123456786" } },
		});
		show(<SupportSheet me={contact()} />);
		await open();
		await userEvent.click(await screen.findByRole("button", { name: "Neue PIN" }));
		expect(await screen.findByText("PIN 1 2 3 4 5 6 7 8 6")).toBeDefined();
		expect(screen.queryByText("PIN 8 6 0 4 2 3 1 7 9")).toBeNull();
	});

	test("rule X8: who signed in by a link is asked for the password, and no PIN is asked for", async () => {
		const calls = answers({ "POST /pin": { body: pin() } });
		show(<SupportSheet me={contact({ strength: "link" })} />);
		await open();
		expect(await screen.findByText("Bitte bestätigen Sie Ihr Passwort")).toBeDefined();
		expect(calls.filter((call) => call.path === "/pin")).toHaveLength(0);
	});

	test("rules P2, Z12: who may not ask for support reads who may", async () => {
		const people = [
			{ id: "1", name: "Mara", role: "owner", rights: { support: true, instruction: true } },
			{ id: "2", name: "Ole", role: "member", rights: { support: false, instruction: false } },
		];
		answers({ "GET /customer": { body: { number: "1", name: "B", contacts: people } } });
		const me = contact();
		if (me.contact) me.contact.rights.support = false;
		show(<SupportSheet me={me} />);
		await open();
		expect(await screen.findByText("Mara")).toBeDefined();
		expect(screen.queryByText("Ole")).toBeNull();
	});

	test("the ring empties with the time", () => {
		const view = {
			digits: "",
			issued_at: new Date(NOW).toISOString(),
			expires_at: new Date(NOW + 3_600_000).toISOString(),
		};
		expect(remaining(view, NOW)).toBe(1);
		expect(remaining(view, NOW + 1_800_000)).toBe(0.5);
		expect(remaining(view, NOW + 4_000_000)).toBe(0);
	});
});

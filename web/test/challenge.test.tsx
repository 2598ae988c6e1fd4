import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, test, vi } from "vitest";
import { ChallengePage } from "../src/app/challenge/ChallengePage";
import { answers, at, contact, show } from "./help";

const asked = {
	purpose: "sender",
	provider: "Nordlicht",
	subject: "Bestellungen kommen doppelt an",
	text: "Seit heute früh steht jede Bestellung zweimal da.",
	address_hint: "mara@sonnenfeld.example",
	received_at: at(-5),
};

function open(token: string) {
	location.hash = token;
	show(<ChallengePage />);
}

describe("the page of a confirmation mail", () => {
	afterEach(() => {
		location.hash = "";
		vi.unstubAllGlobals();
	});

	test("looking answers nothing; only a press does, without a sign-in", async () => {
		const calls = answers({
			"POST /challenge/look": { body: asked },
			"POST /challenge/answer": { body: { done: true } },
		});
		open("tok123");
		const yes = await screen.findByRole("button", { name: "Ja, die ist von mir" });
		expect(screen.getByRole("heading", { name: "Haben Sie uns geschrieben?" })).toBeDefined();
		// A yes is one to the words, not to a subject alone.
		expect(screen.getByText("Seit heute früh steht jede Bestellung zweimal da.")).toBeDefined();
		expect(location.hash).toBe("");
		expect(calls.map((call) => call.path)).toEqual(["/challenge/look"]);
		await userEvent.click(yes);
		expect(await screen.findByText(/Ihre E-Mail ist angekommen/)).toBeDefined();
		expect(calls[1]?.body).toEqual({ token: "tok123", yes: true });
	});

	test("no is taken as calmly as yes", async () => {
		const calls = answers({
			"POST /challenge/look": { body: asked },
			"POST /challenge/answer": { body: { done: true } },
		});
		open("tok123");
		await userEvent.click(await screen.findByRole("button", { name: /nicht von mir/ }));
		expect(await screen.findByText(/Wir bearbeiten diese E-Mail nicht/)).toBeDefined();
		expect(calls[1]?.body).toEqual({ token: "tok123", yes: false });
	});

	test("an answered or old question says so", async () => {
		answers({ "POST /challenge/look": { status: 410, body: { code: "challenge.over" } } });
		open("tok123");
		expect((await screen.findByRole("alert")).textContent).toContain("schon beantwortet");
		expect(screen.queryByRole("button", { name: /^Ja/ })).toBeNull();
	});

	test("a link without its token says where to find the whole one", () => {
		const calls = answers({});
		show(<ChallengePage />);
		expect(screen.getByText(/noch einmal aus der E-Mail/)).toBeDefined();
		expect(calls).toHaveLength(0);
	});

	test("that an address is not theirs anybody can say, signed in or not", async () => {
		const calls = answers({
			"POST /challenge/look": { body: { ...asked, purpose: "address", subject: null } },
			"GET /me": { status: 401, body: {} },
			"GET /sign-in": { body: { provider: { slug: "n", name: "N" }, demo: null } },
			"POST /challenge/answer": { body: { done: true } },
		});
		open("tok123");
		await userEvent.click(await screen.findByRole("button", { name: /nicht meine/ }));
		expect(await screen.findByText(/Wir nutzen diese Adresse nicht/)).toBeDefined();
		expect(calls.at(-1)?.body).toEqual({ token: "tok123", yes: false });
	});

	test("rule Z7: an address is confirmed only by somebody signed in", async () => {
		let signedIn = false;
		const address = { ...asked, purpose: "address", subject: null };
		const provider = { slug: "nordlicht", name: "Nordlicht" };
		answers({
			"POST /challenge/look": { body: address },
			"GET /me": () => (signedIn ? { body: contact() } : { status: 401, body: {} }),
			"GET /sign-in": { body: { provider, demo: null } },
			"POST /sign-in/contact": () => {
				signedIn = true;
				return { body: contact() };
			},
		});
		open("tok123");
		await userEvent.type(await screen.findByLabelText(/E-Mail-Adresse/), "m@s.example");
		expect(screen.queryByRole("button", { name: "Ja, das ist meine" })).toBeNull();
		await userEvent.type(screen.getByLabelText(/Passwort/), "ein langes Passwort");
		await userEvent.click(screen.getByRole("button", { name: "Anmelden" }));
		expect(await screen.findByRole("button", { name: "Ja, das ist meine" })).toBeDefined();
		await waitFor(() => expect(screen.getByText("Angemeldet als Mara Sonnenfeld")).toBeDefined());
	});
});

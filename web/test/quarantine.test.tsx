import { readFileSync } from "node:fs";
import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Route, Routes } from "react-router";
import { afterEach, describe, expect, test, vi } from "vitest";
import MailPage from "../src/desk/quarantine/MailPage";
import { whyWords } from "../src/desk/quarantine/words";
import type { MailView } from "../src/shared/api/types";
import { answers, at, show } from "./help";

/** The codes as the core names them, so that a new one without words is seen here. */
function codesOfTheCore(): string[] {
	const source = readFileSync("../crates/core/src/sender/words.rs", "utf8");
	const codes = [...source.matchAll(/= "((?:[a-z_]+\.[a-z_]+)|proven|confirmed)"/g)].map(
		(hit) => hit[1] ?? "",
	);
	return [...new Set(codes)];
}

const mail: MailView = {
	id: "m1",
	received_at: at(-30),
	way: "lmtp",
	sender: "mara@sonnenfeld.example",
	subject: "Re: Bestellungen",
	why: ["sender.unproven", "auth.dkim_fail"],
	proof: "unproven",
	state: "held",
	contact: {
		person: { id: "k1", name: "Mara Sonnenfeld" },
		customer: { id: "c1", number: "1042", name: "Bäckerei Sonnenfeld" },
	},
	ticket: { id: "t1", number: 1042, subject: "Bestellungen" },
	size_bytes: 4000,
	challenge: null,
	text: "Bitte Zugang freigeben.",
	secrets_removed: false,
	html: '<p>Bitte</p><script>alert("x")</script>',
	attachments: [],
	headers: [{ name: "From", value: "mara@sonnenfeld.example" }],
	auth: [{ check: "dkim", result: "fail", domain: "sonnenfeld.example", why: "" }],
};

function page(replies: Parameters<typeof answers>[0] = {}, changes: Partial<MailView> = {}) {
	const calls = answers({ "GET /quarantine/m1": { body: { ...mail, ...changes } }, ...replies });
	show(
		<Routes>
			<Route path="/desk/quarantine/:id" element={<MailPage />} />
			<Route path="*" element={<p>elsewhere</p>} />
		</Routes>,
		"/desk/quarantine/m1",
	);
	return calls;
}

describe("why a mail waits", () => {
	test("rule Z3: every code of the core has one line in both languages", () => {
		const codes = codesOfTheCore();
		expect(codes.length).toBeGreaterThan(30);
		for (const language of ["de", "en"] as const) {
			const words = whyWords[language] as Record<string, string>;
			for (const code of codes) {
				expect(words[code], `${language} ${code}`).toMatch(/\.$/);
				expect(words[code]?.length, `${language} ${code}`).toBeLessThan(90);
			}
		}
	});
});

describe("a mail in quarantine", () => {
	afterEach(() => void vi.unstubAllGlobals());

	test("says why, shows text first, and HTML only in a frame that may do nothing", async () => {
		page();
		expect(await screen.findByText("Der Absender ist nicht bewiesen.")).toBeDefined();
		expect(screen.getByText("Bitte Zugang freigeben.")).toBeDefined();
		expect(document.querySelector("iframe")).toBeNull();
		await userEvent.click(screen.getByRole("button", { name: /wie es gesendet/ }));
		const frame = document.querySelector("iframe");
		expect(frame?.getAttribute("sandbox")).toBe("");
		expect(frame?.getAttribute("srcdoc")).toBe(mail.html);
	});

	test("only a registered address is asked; for another it says why not", async () => {
		page({}, { contact: null });
		expect(await screen.findByText(/Nachfragen geht nur bei eingetragenen/)).toBeDefined();
		expect(screen.queryByRole("button", { name: "Nachfragen" })).toBeNull();
	});

	test("control 43: a request is made of it for a chosen contact, in its thread or anew", async () => {
		const calls = page({ "POST /quarantine/m1/release": { body: { id: "t9", number: 1 } } });
		await userEvent.click(await screen.findByRole("button", { name: "Zur Anfrage machen" }));
		await userEvent.click(screen.getByLabelText("Neue Anfrage"));
		await userEvent.click(screen.getByRole("button", { name: "Zur Anfrage machen" }));
		await waitFor(() => expect(screen.getByText("elsewhere")).toBeDefined());
		const sent = calls.find((call) => call.path.endsWith("/release"));
		expect(sent?.body).toEqual({ contact_id: "k1", ticket_id: null });
	});

	test("without a contact nothing is sent", async () => {
		const calls = page({}, { contact: null });
		await userEvent.click(await screen.findByRole("button", { name: "Zur Anfrage machen" }));
		await userEvent.click(screen.getByRole("button", { name: "Zur Anfrage machen" }));
		expect(screen.getByText("Bitte wählen Sie einen Kontakt.")).toBeDefined();
		expect(calls.some((call) => call.method === "POST")).toBe(false);
	});

	test("discarding asks first", async () => {
		const calls = page({ "POST /quarantine/m1/discard": { status: 204 } });
		await userEvent.click(await screen.findByRole("button", { name: "Verwerfen" }));
		expect(calls.some((call) => call.method === "POST")).toBe(false);
		const yes = await screen.findAllByRole("button", { name: "Verwerfen" });
		await userEvent.click(yes.at(-1) as HTMLElement);
		await waitFor(() => expect(screen.getByText("elsewhere")).toBeDefined());
	});
});

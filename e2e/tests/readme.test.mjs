// The README's steps, and the ones that the terminal prints, are followed word for word on the lived-in demo.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { profile } from "../lib/browser.mjs";
import { eventually } from "../lib/poll.mjs";
import { demo } from "../lib/server.mjs";
import { wordPair } from "../lib/steps.mjs";

/** What a numbered list says in bold, or in quotes, step by step. */
function steps(text, mark) {
	const all = [...text.matchAll(/^\s*(\d)\. ([\s\S]*?)(?=^\s*\d\. |\n\n)/gm)];
	return all.map(([, , step]) => [...step.replace(/\s+/g, " ").matchAll(mark)].map((m) => m[1]));
}

/** Signs in by pressing a name. */
async function signIn(page, portal, name, staff) {
	await page.goto(`${portal}/sign-in${staff ? "?as=staff" : ""}`);
	await page.getByRole("button", { name }).first().click();
	await page.waitForURL(staff ? "**/desk" : "**/home");
	await (staff ? page.getByRole("combobox") : page.getByTestId("door")).first().waitFor();
}

/** The steps up to *End now*, with the words as they are written down. */
async function follow({ customer, agent, typed, number, words }) {
	const [support, [...fields], [product], [end]] = words;
	assert.match(await customer.getByTestId("door").innerText(), /Closed|Geschlossen/);
	await customer.getByRole("button", { name: support[0], exact: true }).click();
	const digits = await customer.getByTestId("pin").getAttribute("data-digits");

	await agent.keyboard.press("/");
	await agent.keyboard.type(typed);
	await agent.getByRole("option").first().waitFor();
	await agent.keyboard.press("Enter");
	await agent.waitForURL("**/desk/customers/*");
	const redeem = fields.pop();
	const values = [digits, "The shop is slow", number];
	const [pin, why, from] =
		fields.length === 3 ? fields : ["PIN", "Worum geht es?", "Nummer oder Name des Anrufers"];
	for (const [label, value] of [pin, why, from].map((label, n) => [label, values[n]])) {
		await agent.getByRole("textbox", { name: label }).first().fill(value);
	}
	await agent.getByRole("button", { name: redeem, exact: true }).click();
	assert.deepEqual(await wordPair(agent), await wordPair(customer));

	const opened = agent.context().waitForEvent("page");
	await agent.getByRole("button", { name: new RegExp(product) }).click();
	const tab = await opened;
	await tab.getByRole("heading", { level: 1 }).waitFor();
	await customer.keyboard.press("Escape");
	await customer.getByRole("button", { name: end, exact: true }).first().click();
	await customer
		.getByText(/Closed|Geschlossen/)
		.first()
		.waitFor();
}

test("the README's steps can be followed word for word", async (t) => {
	const server = await demo(t, "readme", { week: true, env: { LANG: "C" } });
	const readme = readFileSync(join(import.meta.dirname, "../../README.md"), "utf8");
	const words = steps(readme, /\*\*([^*]+)\*\*/g);
	assert.equal(words.length, 5, "five steps");
	const [{ page: customer }, { page: agent }] = await Promise.all([
		profile(t, "readme-customer", { locale: "en-GB" }),
		profile(t, "readme-agent", { locale: "en-GB" }),
	]);
	await signIn(customer, server.portal, /Grace Harbour/);
	await signIn(agent, server.portal, /Mira Sandoval/, true);
	await follow({ customer, agent, typed: "Harbour", number: "+44 117 496 0100", words });

	const [requests, takeOver, close] = words[4];
	await agent.getByRole("link", { name: requests, exact: true }).click();
	await agent.getByText("Checkout is down").first().click();
	// The buttons of a request name their key as well.
	await agent.getByRole("button", { name: new RegExp(`^${takeOver}`) }).click();
	await agent
		.getByTestId("ticket-door")
		.getByRole("button", { name: /Nordlicht panel/ })
		.waitFor();
	await agent
		.getByRole("button", { name: new RegExp(`^${close}`) })
		.first()
		.waitFor();
});

test("the steps on a German terminal can be followed word for word", async (t) => {
	const server = await demo(t, "lies-mich", { week: true, env: { LC_ALL: "de_DE.UTF-8" } });
	const said = await eventually("the steps are printed", () =>
		server.program.said.includes("Strg-C") ? server.program.said : null,
	);
	const words = steps(said, /„([^“]+)“/g);
	assert.equal(words.length, 4, said);
	const fields = [...words[1]];
	const [{ page: customer }, { page: agent }] = await Promise.all([
		profile(t, "lies-mich-customer"),
		profile(t, "lies-mich-agent"),
	]);
	await signIn(customer, server.portal, /Marta Oduya/);
	await signIn(agent, server.portal, /Lena Brandt/, true);
	const [typed, number] = fields.splice(0, 2);
	await follow({ customer, agent, typed, number, words: [words[0], fields, words[2], words[3]] });
});

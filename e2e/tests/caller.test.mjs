// Somebody calls: the number on the display finds the contact it is registered to, or nobody; a call-back
// or a PIN proves who it is, and the call becomes a ticket (rules P6, B3, X5).
import assert from "node:assert/strict";
import { test } from "node:test";
import { profile } from "../lib/browser.mjs";
import { person } from "../lib/client.mjs";
import { picture } from "../lib/pictures.mjs";
import { demo } from "../lib/server.mjs";
import { api, signInStaff, wordPair } from "../lib/steps.mjs";

const SPELLINGS = ["+49 30 23125 100", "030 / 23125-100", "0049 (0)30 23125100", "03023125100"];

test("p6: any spelling of a registered number finds its contact, another finds nobody", async (t) => {
	const server = await demo(t, "callers");
	const lena = await person(server, "Lena Brandt");
	const find = (number) => lena.api("GET", `/callers?q=${encodeURIComponent(number)}`);
	for (const spelling of SPELLINGS) {
		const found = await find(spelling);
		assert.deepEqual(
			found.matches.map(({ contact }) => contact.name),
			["Marta Oduya"],
			spelling,
		);
		assert.deepEqual([found.number, found.registered], ["+493023125100", true], spelling);
	}
	const nobody = await find("030 99999 1");
	assert.deepEqual([nobody.matches, nobody.registered], [[], false]);

	// From any other number, only a call-back proves anything.
	const [{ contact }] = (await find("Marta Oduya")).matches;
	const call = { contact_id: contact.id, number: "030 99999 1", note: "Rückruf erbeten" };
	const rest = { call_back_number: null, ground_id: null, subject: "Lieferung", ticket_id: null };
	const pin = await lena.ask("POST", "/calls", { ...call, ...rest, proof: "pin" });
	assert.ok(pin.status >= 400, "a PIN from an unknown number");
	const other = { ...call, ...rest, proof: "call_back", call_back_number: "030 99999 1" };
	assert.ok(
		(await lena.ask("POST", "/calls", other)).status >= 400,
		"a call-back to an unknown number",
	);
});

/** The agent types what the display shows; Enter picks the caller. */
async function answer(page, server, number) {
	await page.goto(`${server.portal}/desk/call`);
	await page.getByRole("searchbox").fill(number);
	await page.keyboard.press("Enter");
	await page.getByRole("radio", { name: /Marta Oduya/ }).waitFor();
	assert.ok(await page.getByRole("radio", { name: /Marta Oduya/ }).isChecked());
}

async function keep(page, { subject, note }) {
	await page.locator('input[name="subject"]').fill(subject);
	await page.locator('textarea[name="note"]').fill(note);
	await page.getByRole("button", { name: "Anruf festhalten" }).click();
	await page.waitForURL("**/desk/tickets/*");
	return page.url().match(/tickets\/([0-9a-f-]+)/)[1];
}

test("p6: called back, and the call becomes a ticket that opens nothing yet", async (t) => {
	const server = await demo(t, "call-back");
	const page = (await profile(t, "lena")).page;
	await signInStaff(page, server.portal);
	await answer(page, server, SPELLINGS[1]);
	await picture(page, "call-de", { folder: "manual" });
	await page.getByRole("radio", { name: /Zurückgerufen unter \+49 30/ }).check();
	const id = await keep(page, { subject: "Lieferung fehlt", note: "Seit Montag kein Paket." });
	const ticket = await api(page, "GET", `/tickets/${id}`);
	assert.deepEqual(
		[ticket.channel, ticket.contact.name, ticket.calls[0].proof],
		["phone", "Marta Oduya", "call_back"],
	);
	await page.locator("main").getByText("mit Rückruf geprüft").first().waitFor();
	await page.locator("main").getByText("Seit Montag kein Paket.").first().waitFor();

	// Rule B10: what staff opened themselves opens nothing by being taken over, until she confirms it.
	const taken = await api(page, "POST", `/tickets/${id}/take-over`, { from_staff_id: null });
	assert.notEqual(taken.access.decision, "open");
	assert.equal(taken.access.needs_confirmation, true);
	const marta = await person(server, "Marta Oduya");
	await marta.api("POST", `/tickets/${id}/confirm`, {});
	const after = await api(page, "GET", `/tickets/${id}`);
	assert.equal(after.access.decision, "open");
	await page.locator('[data-testid="ticket-door"][data-state="open"]').waitFor();
});

test("b3 x5: a PIN proves the caller, and ticket, call and access lead to each other", async (t) => {
	const server = await demo(t, "call-pin");
	const page = (await profile(t, "lena")).page;
	await signInStaff(page, server.portal);
	const marta = await person(server, "Marta Oduya");
	const { digits } = await marta.api("POST", "/pin", {});
	await answer(page, server, SPELLINGS[3]);
	await page.getByRole("radio", { name: /Mit PIN/ }).check();
	await page.locator('input[name="digits"]').fill(digits);
	await page.locator('input[name="reason.text"]').fill("Bestellungen kommen doppelt an");
	await page.keyboard.press("Enter");
	await wordPair(page);
	const id = await keep(page, { subject: "Bestellungen doppelt", note: "Zeigt sie mir." });
	const ticket = await api(page, "GET", `/tickets/${id}`);
	assert.equal(ticket.calls[0].proof, "pin");
	assert.deepEqual(
		ticket.grounds.map(({ kind, state }) => [kind, state]),
		[["pin", "open"]],
	);
	await page.locator("main").getByText("mit PIN geprüft").first().waitFor();
});

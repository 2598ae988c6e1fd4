// Somebody cannot sign in any more: a customer whom a colleague lets back in, and a staff member whom a lead and an admin
// let back in (rule Z10). Two words are read out each time.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { profile } from "../lib/browser.mjs";
import { person } from "../lib/client.mjs";
import { read } from "../lib/mail/letter.mjs";
import { faults, picture } from "../lib/pictures.mjs";
import { eventually } from "../lib/poll.mjs";
import { DEMO, demo } from "../lib/server.mjs";
import { signInCustomer, signInStaff } from "../lib/steps.mjs";
import { totp } from "../lib/totp.mjs";

const NEW = "sieben leise Tueren bei Nacht";
const JONAS = "jonas@oduya-ceramics.example";

/** The address of the link in a mail to somebody. */
async function mailed(server, to, path) {
	return eventually(`a mail to ${to}`, async () => {
		const folder = join(server.data, "mail");
		const names = existsSync(folder) ? readdirSync(folder) : [];
		const letters = names.map((name) => read(readFileSync(join(folder, name))));
		const found = letters.find(({ raw, text }) => raw.includes(to) && text.includes(`${path}#`));
		return found?.text.match(new RegExp(`http\\S+${path}#\\S+`))?.[0];
	});
}

/** Asks for a link on the sign-in page, opens it, and answers the two words once approval was asked for. */
async function asks(page, server, { staff, name, to }) {
	await page.goto(`${server.portal}/sign-in${staff ? "?as=staff" : ""}`);
	await page.getByRole("link", { name: /vergessen|Forgot/ }).click();
	await page.locator('input[name="name"]').fill(name);
	await page.locator('form button[type="submit"]').click();
	await page.getByText(/unterwegs|on its way/).waitFor();
	await page.goto(await mailed(server, to, "/recovery"));
	const onwards = page.getByRole("button", { name: /Weiter|Continue/ });
	await onwards.waitFor();
	assert.equal(await page.evaluate(() => location.hash), "", "the token leaves the address bar");
	await onwards.click();
	await page.getByRole("button", { name: /Um Zustimmung|Ask for approval/ }).waitFor();
	await sound(page, `recovery-${to}-begun`);
	await page.getByRole("button", { name: /Um Zustimmung|Ask for approval/ }).click();
	await page.getByTestId("words").waitFor();
	await sound(page, `recovery-${to}-waiting`);
	const [first, , second] = await page.getByTestId("words").locator("span").allInnerTexts();
	return `${first} ${second}`;
}

async function sound(page, name) {
	await picture(page, name.replaceAll(/[@.]/g, "-"));
	assert.deepEqual(await faults(page), [], name);
}

async function approves(page, words, wrong = false) {
	const card = page.getByTestId("recovery");
	await card.waitFor();
	if (wrong) {
		await card.locator('input[name="words"]').fill("Apfel Birne");
		await card.getByRole("button", { name: /^Zustimmen|^Approve/ }).click();
		await card.getByText(/nicht die zwei Wörter|not the two words/).waitFor();
	}
	await card.locator('input[name="words"]').fill(words);
	await card.getByRole("button", { name: /^Zustimmen|^Approve/ }).click();
}

test("z10 a colleague lets a customer back in", { timeout: 120_000 }, async (t) => {
	const server = await demo(t, "recovery");
	const marta = await person(server, "Marta Oduya");
	const { contacts } = await marta.api("GET", "/support-settings");
	const jonas = contacts.find(({ name }) => name === "Jonas Wilke");
	const rights = { support: true, instruction: true };
	await marta.api("PATCH", `/support-settings/contacts/${jonas.id}`, rights);

	const lost = (await profile(t, "lost", { locale: "de-DE" })).page;
	const words = await asks(lost, server, { name: DEMO.marta, to: DEMO.marta });
	const colleague = (await profile(t, "colleague", { locale: "en-GB" })).page;
	await signInCustomer(colleague, server.portal, JONAS);
	await colleague.getByText(/cannot sign in and asks for approval/).waitFor();
	await colleague.goto(`${server.portal}/settings/support`);
	await approves(colleague, words, true);
	await colleague.getByText("Approved. The person can go on now.").waitFor();
	await sound(colleague, "recovery-colleague");

	await lost.locator('input[name="password"]').waitFor({ timeout: 20_000 });
	await sound(lost, "recovery-ready");
	await lost.locator('input[name="password"]').fill(NEW);
	await lost.getByRole("button", { name: "Festlegen" }).click();
	await lost.getByRole("heading", { name: "Fertig" }).waitFor();
	await lost.getByRole("link", { name: "Zur Anmeldung" }).click();
	await lost.locator('input[name="address"]').fill(DEMO.marta);
	await lost.locator('input[name="password"]').fill(NEW);
	await lost.locator('form button[type="submit"]').click();
	await lost.waitForURL("**/home");
	assert.equal((await marta.ask("GET", "/me")).status, 401, "who was signed in is out");
	assert.equal(await lost.evaluate(() => localStorage.getItem("pforte-recovery")), null);

	// It was not her: the link in the mail shuts the account.
	await lost.goto(await mailed(server, DEMO.marta, "/recovery/stop"));
	await sound(lost, "recovery-stop");
	await lost.getByRole("button", { name: "Beenden und melden" }).click();
	await lost.getByText(/Beendet und gemeldet/).waitFor();
	await lost.goto(`${server.portal}/home`);
	await lost.waitForURL("**/sign-in");
	const ruth = await person(server, "Ruth Adeyemi");
	const alarms = await ruth.api("GET", "/alarms");
	assert.equal(alarms.items[0].code, "recovery.shut");
});

test("z10 a lead and an admin let a staff member back in", { timeout: 120_000 }, async (t) => {
	const server = await demo(t, "recovery-staff");
	const lost = (await profile(t, "lost", { locale: "de-DE" })).page;
	const words = await asks(lost, server, { staff: true, name: "lena", to: "lena@" });
	for (const [username, language] of [
		["ruth", "en-GB"],
		["nora", "de-DE"],
	]) {
		const { page } = await profile(t, username, { locale: language });
		await signInStaff(page, server.portal, username);
		await page.getByRole("link", { name: /Accounts|Konten/ }).click();
		await page.getByTestId("recovery").waitFor();
		await sound(page, `recovery-accounts-${username}`);
		await approves(page, words);
		await page.getByText(/Approved\. Somebody|Zugestimmt\. Die Person/).waitFor();
	}
	await lost.getByRole("button", { name: "Neuen Schlüssel zeigen" }).click({ timeout: 20_000 });
	const secret = (await lost.locator("code").innerText()).replaceAll(/\s/g, "");
	await sound(lost, "recovery-staff-ready");
	await lost.locator('input[name="password"]').fill(NEW);
	await lost.locator('input[name="totp"]').fill(totp(secret));
	await lost.getByRole("button", { name: "Festlegen" }).click();
	await lost.getByRole("link", { name: "Zur Anmeldung" }).click();
	await lost.locator('input[name="username"]').fill("lena");
	await lost.locator('input[name="password"]').fill(NEW);
	await lost.locator('input[name="totp"]').fill(totp(secret, Date.now() + 30_000));
	await lost.locator('form button[type="submit"]').click();
	await lost.waitForURL("**/desk");
});

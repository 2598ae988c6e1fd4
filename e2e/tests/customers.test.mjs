// A new customer's whole way: an admin imports the file from the old system, corrects a contact and sees them in the
// list; when that contact calls, the agent has them, their number and their customer beside the request.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { profile } from "../lib/browser.mjs";
import { faults } from "../lib/pictures.mjs";
import { demo, folder } from "../lib/server.mjs";
import { signInStaff } from "../lib/steps.mjs";

const CUSTOMERS = "Nummer;Name;Gruppe\n20001;Töpferei Ährenfeld;Handwerk\n20002;Brandl & Söhne;\n";
const CONTACTS = [
	"Kundennummer;Vorname;Nachname;E-Mail;Telefon;Rolle;Support;Anweisungen",
	"20001;Änne;Öztürk;aenne@aehrenfeld.example;+49 30 5550131;Inhaber;ja;ja",
	"20001;Bo;Nilsson;bo@aehrenfeld.example;;Mitglied;nein;nein",
];
const WRONG = "20009;Wer;Fehlt;wer@aehrenfeld.example;;Mitglied;nein;nein";

/** Chooses a file and presses what is offered first: to look at it. */
async function look(page, path) {
	await page.locator('input[type="file"]').setInputFiles(path);
	await page.getByRole("button", { name: "Ansehen" }).click();
	return page.locator("[aria-live=polite]");
}

async function imports(page, dir) {
	await page.getByRole("link", { name: "Kunden", exact: true }).click();
	await page.getByRole("link", { name: "Importieren" }).click();
	const file = (name, text) => {
		const path = join(dir, name);
		writeFileSync(path, text);
		return path;
	};
	// As older spreadsheets write it: umlauts in one byte each.
	const customers = join(dir, "kunden.csv");
	writeFileSync(customers, Buffer.from(CUSTOMERS, "latin1"));
	const report = await look(page, customers);
	await report.getByText("2 neu").waitFor();
	await report.getByText("Es ist noch nichts geändert.").waitFor();
	await page.getByRole("button", { name: "Jetzt importieren" }).click();
	await report.getByText("Importiert.").waitFor();

	await page.getByText("Kontakte", { exact: true }).click();
	await look(page, file("falsch.csv", [...CONTACTS, WRONG].join("\n")));
	await report.getByText("1 Zeile mit Fehler").waitFor();
	await report.getByText("Diesen Kunden gibt es nicht. Zuerst die Kunden importieren.").waitFor();
	assert.equal(await page.getByRole("button", { name: "Jetzt importieren" }).count(), 0);
	await look(page, file("kontakte.csv", CONTACTS.join("\n")));
	await report.getByText("2 neu").waitFor();
	await page.getByRole("button", { name: "Jetzt importieren" }).click();
	await report.getByRole("heading", { name: "Aktivierungscodes" }).waitFor();
	const codes = await report.locator("code").allInnerTexts();
	assert.equal(new Set(codes).size, 2, `a code for each: ${codes}`);
	assert.deepEqual(await faults(page), []);
}

async function manages(page) {
	await page.getByRole("link", { name: "Alle Kunden" }).click();
	await page.getByRole("searchbox", { name: /Suchen/ }).fill("öztürk");
	await page.getByRole("link", { name: "Töpferei Ährenfeld" }).click();
	await page.getByLabel("Gruppe").fill("Keramik");
	await page.getByRole("button", { name: "Speichern" }).click();
	await page.getByText("Gespeichert.").waitFor();
	// The marriage is not in the old system yet; and she has a user in the product.
	const line = page.getByRole("listitem").filter({ hasText: "Änne Öztürk" });
	await line.getByRole("button", { name: "Ändern" }).click();
	const form = page.getByRole("form", { name: "Änne Öztürk" });
	await form.getByLabel("Nachname").fill("Öztürk-Blom");
	await form.getByLabel("Nutzer in Nordlicht panel").fill("u-700");
	await form.getByRole("button", { name: "Speichern" }).click();
	// Nobody there has signed in yet who could agree: it is done at once.
	await page.getByText("Erledigt.").waitFor();
	await page.getByText("Nordlicht panel: u-700").waitFor();

	// Marta may agree to what concerns her colleague, so it waits for her and nothing has changed.
	await page.getByRole("link", { name: "Alle Kunden" }).click();
	await page.getByRole("link", { name: "Oduya Ceramics" }).click();
	const colleague = page.getByRole("listitem").filter({ hasText: "Jonas Wilke" });
	await colleague.getByRole("button", { name: "Ändern" }).click();
	await page.getByRole("form", { name: "Jonas Wilke" }).getByLabel("Nachname").fill("Wilke-Ode");
	await page.getByRole("button", { name: "Speichern" }).last().click();
	await page.getByText(/Jemand beim Kunden muss zustimmen/).waitFor();
	await page.getByText("Jonas Wilke").waitFor();
	assert.deepEqual(await faults(page), []);
}

test("import a customer, manage a contact, see both beside the request of a call", async (t) => {
	const server = await demo(t, "customers");
	const dir = folder(t, "csv");
	const nora = (await profile(t, "nora")).page;
	await signInStaff(nora, server.portal, "nora");
	await imports(nora, dir);
	await manages(nora);

	const lena = (await profile(t, "lena")).page;
	await signInStaff(lena, server.portal);
	await lena.goto(`${server.portal}/desk/call`);
	await lena.getByRole("searchbox").fill("030 555 01 31");
	await lena.keyboard.press("Enter");
	await lena.getByRole("radio", { name: /Änne Öztürk-Blom/ }).waitFor();
	await lena.getByRole("radio", { name: /Zurückgerufen unter/ }).check();
	await lena.locator('input[name="subject"]').fill("Brennofen meldet Fehler 7");
	await lena.locator('textarea[name="note"]').fill("Seit heute früh.");
	await lena.getByRole("button", { name: "Anruf festhalten" }).click();
	await lena.waitForURL("**/desk/tickets/*");
	const panel = lena.getByTestId("panel");
	await panel.getByRole("link", { name: "Änne Öztürk-Blom" }).waitFor();
	await panel.getByText(/Bo Nilsson/).waitFor();
	await panel.getByText("Keine offene Anfrage.").waitFor();
	const seen = await panel.innerText();
	assert.ok(!seen.includes("aehrenfeld.example"), "rule B4: no address before a ground is open");
	assert.ok(!seen.includes("5550131"), "rule B4: no number either");
	assert.deepEqual(await faults(lena), []);

	// The panel leads on to all requests of this customer, and to no one else's.
	await panel.getByRole("link", { name: "Alle Anfragen dieses Kunden" }).click();
	await lena.getByRole("link", { name: /Brennofen meldet Fehler 7/ }).waitFor();
	await lena.getByRole("button", { name: /Nur ein Kunde/ }).waitFor();
});

// An admin imports customers and contacts, changes one and ends it; the agent sees the customer at a glance.
import assert from "node:assert/strict";
import { test } from "node:test";
import { PHONE, profile } from "../lib/browser.mjs";
import { faults, picture, tooWide } from "../lib/pictures.mjs";
import { demo } from "../lib/server.mjs";
import { api, findCustomer, redeem, showPin, signInCustomer, signInStaff, wordPair } from "../lib/steps.mjs";

const csv = (name, text) => ({ name, mimeType: "text/csv", buffer: Buffer.from(text, "latin1") });

async function look(page, file) {
	await page.locator('input[type="file"]').setInputFiles(file);
	await page.getByRole("button", { name: "Ansehen" }).click();
}

async function sound(page, name) {
	assert.deepEqual(await faults(page), [], name);
	assert.ok((await tooWide(page)) <= 0, `${name} is wider than its window`);
	await picture(page, name, { fullPage: true });
}

test("u11: customers and contacts come out of a file, and are found however they are written", async (t) => {
	const server = await demo(t, "import");
	const { page } = await profile(t, "admin");
	await signInStaff(page, server.portal, "nora");
	await page.goto(`${server.portal}/desk/import`);
	await look(page, csv("kunden.csv", "Nummer;Name\n70001;Österreichische Öle\n70 02;Falsch\n"));
	await page.getByText("1 Zeile mit Fehler").waitFor();
	assert.equal(await page.getByRole("button", { name: "Jetzt importieren" }).count(), 0);
	await sound(page, "import-wrong-de");
	await look(page, csv("kunden.csv", "Nummer;Name;Gruppe\n70001;Österreichische Öle;Handel\n"));
	await page.getByRole("button", { name: "Jetzt importieren" }).click();
	await page.getByText("● Importiert.").waitFor();
	await page.getByText("Kontakte", { exact: true }).click();
	const people =
		"Kundennummer;Vorname;Nachname;E-Mail;Support;Anweisungen\n70001;Jörg;Müller;joerg@öle.example;ja;ja\n";
	await look(page, csv("kontakte.csv", people));
	await page.getByRole("button", { name: "Jetzt importieren" }).click();
	await page.getByRole("heading", { name: "Aktivierungscodes" }).waitFor();
	await page.setViewportSize(PHONE);
	await sound(page, "import-codes-phone-de");
	await page.setViewportSize({ width: 1280, height: 800 });

	await page.goto(`${server.portal}/desk/customers`);
	for (const typed of ["OELE oesterreich", "mueller joerg"]) {
		await page.getByRole("searchbox").fill(typed);
		await page.getByRole("link", { name: "Österreichische Öle" }).waitFor();
	}
	await sound(page, "customers-list-de");
	await page.getByRole("link", { name: "Österreichische Öle" }).click();
	await page.getByRole("textbox", { name: "Name", exact: true }).fill("Öle & Fette");
	await page.getByRole("button", { name: "Speichern" }).first().click();
	await page.getByText("Gespeichert.").waitFor();
	await page.getByRole("button", { name: "Ändern" }).click();
	await page.getByLabel(/Nutzer in Nordlicht panel/).fill("u-joerg");
	await sound(page, "customer-manage-de");
	await page.getByRole("form", { name: "Jörg Müller" }).getByRole("button", { name: "Speichern" }).click();
	await page.getByText("Nordlicht panel: u-joerg").waitFor();
	await page.setViewportSize(PHONE);
	await page.emulateMedia({ colorScheme: "dark" });
	await sound(page, "customer-manage-phone-dark-de");
	await page.getByRole("button", { name: "Kein Kunde mehr" }).click();
	await page.getByRole("button", { name: "Zugänge beenden und stilllegen" }).click();
	await page.getByRole("button", { name: "Wieder als Kunde aufnehmen" }).waitFor();
});

test("b4: the customer at a glance, before and with an open door, and beside a ticket", async (t) => {
	const server = await demo(t, "glance");
	const [agent, customer] = await Promise.all([profile(t, "agent"), profile(t, "customer")]);
	const page = agent.page;
	await Promise.all([
		signInStaff(page, server.portal),
		signInCustomer(customer.page, server.portal),
	]);
	const digits = await showPin(customer.page);
	await findCustomer(page, "Oduya");
	const panel = page.getByTestId("panel");
	await panel.getByText(/sobald Ihnen der Zugang offen ist/).waitFor();
	assert.ok(!(await panel.innerText()).includes("@"), "no address before a ground");
	await sound(page, "panel-closed-de");
	await redeem(page, digits, { reason: "Der Shop antwortet langsam" });
	await wordPair(page);
	const field = panel.getByRole("textbox");
	await field.fill("Ruft lieber nachmittags an.\nPasswort: geheim-geheim-12");
	await panel.getByRole("button", { name: "Notiz speichern" }).click();
	await panel.getByText(/wurde herausgenommen/).waitFor();
	await panel.getByText(/Ruft lieber nachmittags an/).waitFor();
	assert.ok(!(await panel.innerText()).includes("geheim-geheim"), "the secret is gone");
	assert.ok(!(await panel.innerText()).includes("@"), "nor addresses with a PIN");
	await page.emulateMedia({ colorScheme: "dark" });
	await sound(page, "panel-open-dark-de");
	await page.emulateMedia({ colorScheme: "light" });
	await page.setViewportSize(PHONE);
	await sound(page, "panel-open-phone-de");
	await page.setViewportSize({ width: 1440, height: 900 });
	const { items } = await api(page, "GET", "/tickets?state=all&limit=1");
	if (items.length > 0) {
		await page.goto(`${server.portal}/desk/tickets/${items[0].id}`);
		await page.getByTestId("panel").getByRole("heading", { name: "Notizen" }).waitFor();
		await sound(page, "panel-ticket-de");
	}
});

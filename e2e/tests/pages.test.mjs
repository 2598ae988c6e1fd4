// Every state of the main pages once, on phone and desk, in both languages, light and dark: pictures for
// the manual, no serious fault for screen readers and keyboards, nothing wider than its window.
import assert from "node:assert/strict";
import { test } from "node:test";
import { PHONE, profile } from "../lib/browser.mjs";
import { faults, picture, sideBySide, tooWide } from "../lib/pictures.mjs";
import { eventually } from "../lib/poll.mjs";
import { demo } from "../lib/server.mjs";
import {
	findCustomer,
	openProduct,
	redeem,
	showPin,
	signInCustomer,
	signInStaff,
	wordPair,
} from "../lib/steps.mjs";

const REASON = "Bestellungen kommen doppelt an";

/** The pictures that the manual shows. */
const MANUAL = new Set([
	...["door-closed", "pin", "door-open", "door-ended", "book", "visit"].flatMap((name) => [
		`${name}-de`,
		`${name}-en`,
	]),
	...["finder", "redeem", "mistyped", "open", "running", "ended"].map((name) => `desk-${name}-en`),
	...["product", "product-masked", "product-refused", "product-ended"],
	...["sign-in", "door-open-dark", "lead-sessions"],
]);

const taken = (page, name, options) => {
	const folder = MANUAL.has(name) ? "manual" : "states";
	return picture(page, name, { folder, ...options });
};

/** What is wrong on the pages, by picture; told together at the end. */
const wrong = [];

async function look(page, name, options) {
	const bytes = await taken(page, name, options);
	for (const fault of await faults(page)) wrong.push(`${name}: ${fault}`);
	const wider = await tooWide(page);
	if (wider > 0) wrong.push(`${name}: ${wider} px wider than the window`);
	return bytes;
}

/** Changes the page's language by its menu. */
async function speak(page, language) {
	if ((await page.locator("html").getAttribute("lang")) === language) return;
	await page.getByRole("button", { name: /Angemeldet als|Signed in as/ }).click();
	await page.getByRole("menuitem", { name: language === "de" ? "Deutsch" : "English" }).click();
	await page.locator(`html[lang="${language}"]`).waitFor();
	await page.getByRole("menu").waitFor({ state: "hidden" });
}

/** A picture in each language; English ones in the dark where `dark` says so. */
async function both(page, name, { dark = false, ...options } = {}) {
	await speak(page, "de");
	const german = await look(page, `${name}-de`, options);
	await speak(page, "en");
	const english = await look(page, `${name}-en`, options);
	if (dark) {
		await page.emulateMedia({ colorScheme: "dark" });
		await look(page, `${name}-dark`, options);
		await page.emulateMedia({ colorScheme: "light" });
	}
	return { german, english };
}

test("the pages in all their states", async (t) => {
	const server = await demo(t, "pages");
	const marta = (await profile(t, "pages-marta", { viewport: PHONE, colorScheme: "light" })).page;
	const lena = (await profile(t, "pages-lena", { colorScheme: "light", locale: "en-GB" })).page;

	await marta.goto(`${server.portal}/sign-in`);
	await marta.locator('input[name="address"]').waitFor();
	await look(marta, "sign-in");
	await signInCustomer(marta, server.portal);
	await signInStaff(lena, server.portal);
	await both(marta, "door-closed", { dark: true });
	await both(lena, "desk-empty");
	await speak(marta, "en");
	const pin = await pins(marta);
	await desk(lena, pin);
	const seen = await watching(marta, lena);
	const frame = await lena.context().newPage();
	await sideBySide(frame, seen.phone, seen.desk, "door");
	await frame.close();
	await ended(marta, lena);
	await book(marta, server);
	await lead(lena, server);
	await broken(marta);
	assert.deepEqual(wrong, []);
});

async function pins(marta) {
	for (const language of ["de", "en"]) {
		await speak(marta, language);
		await showPin(marta);
		await look(marta, `pin-${language}`);
		await marta.getByRole("dialog").press("Escape");
		await marta.getByRole("dialog").waitFor({ state: "hidden" });
	}
	const pin = await showPin(marta);
	await marta.getByRole("dialog").press("Escape");
	return pin;
}

async function desk(lena, pin) {
	await lena.keyboard.press("/");
	await lena.keyboard.type("Oduya");
	await lena.getByRole("option").first().waitFor();
	await look(lena, "desk-finder-en");
	await lena.getByRole("combobox").fill("");
	await lena.getByRole("combobox").blur();
	await findCustomer(lena, "+49 30 23125 100");
	await both(lena, "desk-redeem", { dark: true });
	// The first eight digits with a wrong ninth: a slip that costs nothing.
	await redeem(lena, pin.slice(0, 8) + ((Number(pin[8]) + 1) % 10), { reason: REASON });
	await look(lena, "desk-mistyped-en");
	await redeem(lena, pin, { reason: REASON });
	await wordPair(lena);
	await both(lena, "desk-open", { dark: true });
}

async function watching(marta, lena) {
	const tab = await openProduct(lena);
	const { origin } = new URL(tab.url());
	await tab.goto(`${origin}/servers`);
	await tab.getByText("kiln-telemetry").waitFor();
	await taken(tab, "product");
	const { x: left } = await tab.locator("h1").boundingBox();
	assert.ok(left < 400, `the bar leaves the product's layout alone: its heading begins at ${left}`);
	await tab.goto(`${origin}/account`);
	await tab.getByText("•••••").first().waitFor();
	await taken(tab, "product-masked");
	await tab.goto(`${origin}/people`);
	await look(tab, "product-refused");
	await tab.goto(`${origin}/servers/srv-101/console`);
	await tab.getByText("heartbeat").first().waitFor();
	await marta
		.getByTestId("now-opening")
		.getByText(/Konsole|Console/)
		.waitFor();
	const door = await both(marta, "door-open", { dark: true });
	const running = await both(lena, "desk-running");
	return { phone: door.english, desk: running.english };
}

async function ended(marta, lena) {
	await speak(marta, "de");
	await marta.getByRole("button", { name: "Jetzt beenden" }).click();
	await marta.getByTestId("end-result").waitFor();
	await both(marta, "door-ended");
	await lena.getByTestId("how-ended").waitFor();
	await both(lena, "desk-ended");
	const tab = lena
		.context()
		.pages()
		.find((page) => page.url().includes(".gate."));
	await eventually("the tab says so", () =>
		tab.getByText(/Vom Kunden beendet|Ended by the customer/).isVisible(),
	);
	await look(tab, "product-ended");
}

async function book(marta, server) {
	await marta.goto(`${server.portal}/visits`);
	await marta.getByTestId("visit-line").waitFor();
	await both(marta, "book");
	await marta.getByTestId("visit-line").getByRole("link").first().click();
	await marta.getByRole("button", { name: "Show what was opened" }).click();
	await marta.getByRole("table").waitFor();
	await both(marta, "visit", { dark: true, fullPage: true });
	await marta.goto(`${server.portal}/settings`);
	await marta.getByRole("heading", { level: 1 }).waitFor();
	await look(marta, "settings-en", { fullPage: true });
}

async function lead(lena, server) {
	await speak(lena, "en");
	await lena.getByRole("button", { name: /Signed in as/ }).click();
	await lena.getByRole("menuitem", { name: "Sign out" }).click();
	await lena.waitForURL("**/sign-in");
	await signInStaff(lena, server.portal, "ruth");
	for (const page of ["sessions", "alarms", "staff"]) {
		await lena.goto(`${server.portal}/desk/${page}`);
		await lena.getByRole("heading", { level: 1 }).waitFor();
		await lena.waitForFunction(() => !document.querySelector('[aria-busy="true"]'));
		await look(lena, `lead-${page}`);
	}
}

/** The server is out of reach: the page says that it does not know. */
async function broken(marta) {
	await speak(marta, "de");
	await marta.getByRole("link", { name: /Tür/ }).click();
	await marta.getByTestId("door").waitFor();
	await marta.route("**/api/v1/**", (route) => route.abort());
	await marta.reload();
	await marta.getByRole("alert").waitFor();
	await look(marta, "error-de");
}

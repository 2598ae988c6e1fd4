// The pages in the hand: who used the PIN, an open door on every page, links that lead nowhere, files that
// are gone after an update, narrow and wide windows, and what a customer did not agree to.
import assert from "node:assert/strict";
import { test } from "node:test";
import { PHONE, profile } from "../lib/browser.mjs";
import { person } from "../lib/client.mjs";
import { faults, picture, tooWide } from "../lib/pictures.mjs";
import { eventually } from "../lib/poll.mjs";
import { demo } from "../lib/server.mjs";
import {
	findCustomer,
	openProduct,
	redeem,
	showPin,
	signInCustomer,
	signInStaff,
} from "../lib/steps.mjs";

const REASON = "Bestellungen kommen doppelt an";

async function sound(page, name) {
	await picture(page, name);
	assert.deepEqual(await faults(page), [], name);
	assert.ok((await tooWide(page)) <= 0, `${name} is wider than its window`);
}

test("the PIN gives way to whoever used it, and the open door is seen everywhere", async (t) => {
	const server = await demo(t, "hand");
	const marta = (await profile(t, "hand-marta", { viewport: PHONE })).page;
	const lena = (await profile(t, "hand-lena", { locale: "en-GB" })).page;
	await signInCustomer(marta, server.portal);
	await signInStaff(lena, server.portal);
	const pin = await showPin(marta);
	await findCustomer(lena, "+49 30 23125 100");
	await redeem(lena, pin, { reason: REASON });

	const entered = marta.getByTestId("entered");
	await entered.waitFor();
	assert.equal(await entered.getAttribute("role"), "alert");
	assert.match(await entered.innerText(), /Lena Brandt ist da\.\s+Sagen Sie:\s+\S+ – \S+/);
	assert.equal(await marta.getByTestId("pin").count(), 0, "no new PIN by itself");
	const inside = () => marta.evaluate(() => document.activeElement?.closest("dialog") !== null);
	assert.ok(await inside(), "the keyboard stays in the sheet");
	await sound(marta, "entered-de");
	await marta.keyboard.press("Escape");

	await marta.goto(`${server.portal}/requests`);
	const line = marta.locator("[data-open-line]");
	await line.getByRole("link", { name: /^Offen für Lena Brandt bis \d\d:\d\d$/ }).waitFor();
	assert.match(await marta.title(), /^Offen für Lena Brandt · /);
	const icon = marta.locator('link[rel="icon"]');
	assert.match(await icon.getAttribute("href"), /favicon-open/);
	await sound(marta, "open-line-de");
	await line.getByRole("button", { name: "Jetzt beenden" }).click();
	await line.getByText(/Nach .* war alles zu/).waitFor();
	assert.doesNotMatch(await marta.title(), /^Offen/);
	assert.equal(await icon.getAttribute("href"), "/favicon.svg");
});

test("a visit that was not agreed reaches the leads", async (t) => {
	const server = await demo(t, "hand-objection");
	const marta = (await profile(t, "objection-marta", { viewport: PHONE })).page;
	const lena = (await profile(t, "objection-lena", { locale: "en-GB" })).page;
	await signInCustomer(marta, server.portal);
	await signInStaff(lena, server.portal);
	const pin = await showPin(marta);
	await findCustomer(lena, "+49 30 23125 100");
	await redeem(lena, pin, { reason: REASON });
	await marta.getByTestId("entered").waitFor();
	await openProduct(lena);
	await marta.goto(`${server.portal}/visits`);
	await marta.getByTestId("visit-line").first().getByRole("link").click();
	await marta.getByRole("button", { name: "Das war nicht abgesprochen" }).click();
	await marta.keyboard.type("Niemand von uns hat angerufen.");
	await marta.getByRole("button", { name: "Der Leitung melden" }).click();
	await marta.getByTestId("objection").waitFor();
	await sound(marta, "objected-de");
	await marta.emulateMedia({ media: "print" });
	assert.equal(await marta.getByRole("button").count(), 0, "paper has no buttons");
	assert.ok(await marta.getByText("Niemand von uns hat angerufen.").isVisible());

	const ruth = await person(server, "Ruth Adeyemi");
	const { items } = await ruth.api("GET", "/alarms");
	assert.equal(items[0].code, "visit.objected");
	assert.equal(items[0].objection.said, "Niemand von uns hat angerufen.");
	const ground = await ruth.ask("GET", `/grounds/${items[0].objection.ground_id}`);
	assert.equal(ground.status, 200);
});

test("links that lead nowhere and files that are gone are told in the reader's language", async (t) => {
	const server = await demo(t, "hand-links");
	const marta = (await profile(t, "links-marta", { viewport: PHONE })).page;
	await signInCustomer(marta, server.portal);
	for (const path of ["/requests/nonsense", "/visits/12", "/no/such/page"]) {
		await marta.goto(server.portal + path);
		await marta.getByRole("heading", { level: 1, name: /gibt es nicht/ }).waitFor();
		assert.equal(await marta.getByText(/UUID|Invalid/).count(), 0, path);
	}

	// As after an update: the page is there, its later files are not.
	await marta.goto(`${server.portal}/home`);
	await marta.getByTestId("door").waitFor();
	let loads = 0;
	marta.on("load", () => {
		loads += 1;
	});
	await marta.route(/\/assets\/VisitBook-/, (route) => route.fulfill({ status: 404, body: "" }));
	await marta.getByRole("link", { name: "Besuchsbuch" }).click();
	await marta.getByRole("heading", { level: 1, name: "Pforte wurde erneuert." }).waitFor();
	assert.equal(loads, 1, "loaded anew once, and no more");
	await marta.unroute(/\/assets\/VisitBook-/);
	await marta.getByRole("button", { name: "Neu laden" }).click();
	await marta.getByRole("heading", { level: 1, name: "Besuchsbuch" }).waitFor();
});

/** Texts that are squeezed until they break letter by letter. */
const squeezed = (page) =>
	page.evaluate(() => {
		const found = [];
		const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
		while (walker.nextNode()) {
			const text = walker.currentNode.textContent.trim();
			const range = document.createRange();
			range.selectNodeContents(walker.currentNode);
			const { width, height } = range.getBoundingClientRect();
			if (text.length >= 6 && width > 2 && width < 40 && height > 60) found.push(text);
		}
		return found;
	});

test("narrow, wide and written: nothing breaks, moves away or is lost", async (t) => {
	const server = await demo(t, "hand-windows");
	const marta = await person(server, "Marta Oduya");
	const asked = [];
	for (let number = 0; number < 16; number += 1) {
		const body = { subject: `Der Ofen meldet Fehler ${number}`, happened: "Seit heute früh." };
		asked.push(await marta.api("POST", "/tickets", body));
	}
	const lena = (await profile(t, "windows-lena", { locale: "en-GB" })).page;
	await lena.setViewportSize({ width: 1440, height: 900 });
	await signInStaff(lena, server.portal);
	await lena.goto(`${server.portal}/desk/tickets/${asked[0].id}`);
	await lena.getByRole("heading", { level: 1, name: asked[0].subject }).waitFor();
	const current = lena.locator(`[data-ticket="${asked[0].id}"]`);
	await eventually("the row is in sight", async () => {
		const box = await current.boundingBox();
		return box && box.y >= 0 && box.y + box.height <= 900;
	});
	assert.equal(await lena.evaluate(() => scrollY), 0, "the page stays where its head is");

	const field = lena.getByTestId("composer").getByRole("textbox");
	await field.fill("Guten Tag, ich sehe nach.");
	await lena.reload();
	await field.waitFor();
	assert.equal(await field.inputValue(), "Guten Tag, ich sehe nach.");
	const border = await field.evaluate((one) => {
		const luminance = (colour) => {
			const parts = colour
				.match(/[\d.]+/g)
				.slice(0, 3)
				.map((part) => part / 255);
			const [r, g, b] = parts.map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
			return 0.2126 * r + 0.7152 * g + 0.0722 * b;
		};
		const style = getComputedStyle(one);
		const [a, b] = [style.borderTopColor, style.backgroundColor].map(luminance);
		return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
	});
	assert.ok(border >= 3, `a field's border has ${border.toFixed(2)}:1`);
	await field.fill("");

	await lena
		.getByRole("button", { name: /Take over|Übernehmen/ })
		.first()
		.click();
	await lena.getByRole("button", { name: /Hand over|Weitergeben/ }).waitFor();
	await lena.setViewportSize({ width: 320, height: 640 });
	for (const path of ["/desk", "/desk/tickets", `/desk/tickets/${asked[0].id}`, "/desk/call"]) {
		await lena.goto(server.portal + path);
		await lena.getByRole("heading", { level: 1 }).waitFor();
		await lena.locator('[aria-busy="true"]').first().waitFor({ state: "detached" });
		assert.deepEqual(await squeezed(lena), [], path);
		assert.ok((await tooWide(lena)) <= 0, `${path} is wider than its window`);
	}
});

// Control 33: what a staff browser's profile on disk holds after a session. The walk looks at a normal
// profile; here a window off the record must leave nothing at all, and the search itself is tried.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { offTheRecord, profile } from "../lib/browser.mjs";
import { leftBehind, PERSONAL, SHOWN } from "../lib/canaries.mjs";
import { demo, folder } from "../lib/server.mjs";
import { letIn } from "../lib/steps.mjs";

const PLANTED = [
	"planted-in-an-address",
	"planted-in-storage",
	"planted-in-a-cookie",
	"planted-in-a-title",
];

/** Puts a value wherever a page can put one. */
async function plant(tab, origin) {
	const [query, storage, cookie, title] = PLANTED;
	await tab.goto(`${origin}/servers?q=${query}#${query}`);
	await tab.evaluate(
		async ([storage, cookie, title]) => {
			localStorage.setItem("note", storage);
			sessionStorage.setItem("note", storage);
			document.cookie = `note=${cookie}; path=/; max-age=86400`;
			document.title = title;
			await new Promise((done, failed) => {
				const open = indexedDB.open("notes", 1);
				open.onupgradeneeded = () => open.result.createObjectStore("notes").put(storage, "note");
				open.onsuccess = done;
				open.onerror = failed;
			});
		},
		[storage, cookie, title],
	);
}

test("control 33: an incognito window leaves not even the origin", async (t) => {
	const server = await demo(t, "incognito");
	const marta = await profile(t, "marta");
	const lena = await offTheRecord(t, "incognito");
	const tab = await letIn(marta.page, lena.page, server.portal);
	const { origin, host } = new URL(tab.url());
	await plant(tab, origin);
	for (const path of ["/account", "/domains", "/people", "/invoices", "/servers/srv-101/console"]) {
		await tab.goto(origin + path);
	}
	await marta.page.keyboard.press("Escape");
	await marta.page.getByRole("button", { name: "Jetzt beenden" }).click();
	await tab.getByText("Vom Kunden beendet.").waitFor();
	await lena.close();
	const label = host.split(".")[0];
	assert.deepEqual(
		leftBehind(lena.dir, [...PERSONAL, ...SHOWN, ...PLANTED, label, "Marta Oduya"]),
		[],
	);
});

test("the search finds what a browser does keep", async (t) => {
	const server = await demo(t, "kept");
	const own = await profile(t, "kept");
	await own.page.goto(`${server.panel}/login?user=u-100`);
	await plant(own.page, server.panel);
	await own.page.goto(`${server.panel}/servers`);
	await own.close();
	const found = leftBehind(own.dir, PLANTED);
	for (const text of PLANTED) {
		// Cookies are sealed on disk where the system has a keyring.
		if (text.includes("cookie")) continue;
		assert.ok(
			found.some((line) => line.endsWith(text)),
			`${text} is found in a profile that keeps it; found: ${found}`,
		);
	}
});

test("the search reads UTF-16 and compressed bodies", (t) => {
	const dir = folder(t, "search");
	writeFileSync(join(dir, "a"), Buffer.from("…kiln-telemetry…", "utf16le"));
	writeFileSync(
		join(dir, "b"),
		Buffer.concat([Buffer.from("head"), gzipSync("<p>Henrike Vollmann</p>")]),
	);
	assert.deepEqual(leftBehind(dir, ["kiln-telemetry", "Vollmann", "Brennofenweg"]), [
		"a: kiln-telemetry",
		"b: Vollmann",
	]);
});

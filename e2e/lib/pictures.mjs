// Pictures of pages, for the manual and for the eye, and what can be told of a page without one.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const MAX_BYTES = 300_000;
const DOCS = join(import.meta.dirname, "../../docs");
const OUT = join(import.meta.dirname, "../out");

/** `npm run pictures` writes the manual's; a test run only looks whether they can be taken. */
const renew = process.env.PFORTE_PICTURES === "manual";
const folders = {
	manual: renew ? join(DOCS, "manual/pictures") : join(OUT, "manual"),
	readme: renew ? join(DOCS, "pictures") : join(OUT, "readme"),
	states: join(OUT, "states"),
};

/** Takes one picture; returns its bytes. `states` are for the eye only and not kept. */
export async function picture(page, name, { folder = "states", ...options } = {}) {
	mkdirSync(folders[folder], { recursive: true });
	const path = join(folders[folder], `${name}.png`);
	await page.evaluate(() => document.fonts.ready);
	const bytes = await page.screenshot({ path, animations: "disabled", caret: "hide", ...options });
	assert.ok(statSync(path).size < MAX_BYTES, `${name}.png is larger than ${MAX_BYTES} bytes`);
	return bytes;
}

/** Serious faults that a screen reader's or keyboard's user would meet (WCAG 2.2 A and AA). */
export async function faults(page) {
	await page.evaluate(AXE);
	const found = await page.evaluate(async () => {
		const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
		const { violations } = await globalThis.axe.run(document, { runOnly: tags });
		return violations.map(({ id, impact, nodes }) => {
			const where = nodes.map((node) => node.target.join(" ")).join(" | ");
			return { impact, text: `${id}: ${where}` };
		});
	});
	const grave = found.filter(({ impact }) => impact === "serious" || impact === "critical");
	return grave.map(({ text }) => text);
}

/** How many pixels the page is wider than its window. */
export function tooWide(page) {
	return page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
}

/** Two pictures side by side, as the README shows them. */
export async function sideBySide(page, phone, desk, name) {
	const address = (bytes) => `data:image/png;base64,${bytes.toString("base64")}`;
	await page.setViewportSize({ width: 1240, height: 640 });
	await page.setContent(`<!doctype html><style>
		body { margin: 0; background: #e9e5dc; display: flex; gap: 32px; padding: 32px; height: 576px; }
		img { display: block; height: 576px; border-radius: 10px; box-shadow: 0 2px 14px #0003; }
		.desk { height: auto; width: 878px; align-self: center; }
	</style><img src="${address(phone)}"><img class="desk" src="${address(desk)}">`);
	await page.evaluate(() => Promise.all([...document.images].map((image) => image.decode())));
	return picture(page, name, { folder: "readme" });
}

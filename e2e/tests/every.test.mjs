// Every page of portal and desk, on the lived-in demo: German and English, light and dark, phone and desk.
// None has a serious fault for screen readers and keyboards, and none is wider than its window. A route that
// is not looked at fails. `npm run pictures:all` keeps the pictures and lays them side by side in `out/every`.
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { PHONE, profile } from "../lib/browser.mjs";
import { person } from "../lib/client.mjs";
import { faults, tooWide } from "../lib/pictures.mjs";
import { demo } from "../lib/server.mjs";

const SRC = join(import.meta.dirname, "../../web/src");
const OUT = join(import.meta.dirname, "../out/every");
const KEEP = process.env.PFORTE_PICTURES === "all";
const DESK = { width: 1440, height: 900 };

const LOOKS = [
	{ name: "phone-light", size: PHONE, scheme: "light" },
	{ name: "phone-dark", size: PHONE, scheme: "dark" },
	{ name: "desk-light", size: DESK, scheme: "light" },
	{ name: "desk-dark", size: DESK, scheme: "dark" },
];

/** Who looks at which routes; `:id` is filled in by what the person finds there. */
const TOUR = {
	nobody: ["/sign-in", "/sign-in/link", "/activation", "/challenge", "/guest", "/recovery", "/recovery/ask", "/recovery/stop"],
	"Marta Oduya": [
		...["/home", "/requests", "/requests/new", "/requests/:id"],
		...["/visits", "/visits/:groundId", "/settings", "/settings/support", "*"],
	],
	"Lena Brandt": [
		...["/desk", "/desk/tickets", "/desk/tickets/:id", "/desk/quarantine", "/desk/quarantine/:id"],
		...["/desk/call", "/desk/customers/:id", "/desk/visits/:groundId", "/desk/settings"],
	],
	"Ruth Adeyemi": ["/desk/alarms", "/desk/sessions", "/desk/accounts"],
	"Nora Falk": [
		...["/desk/staff", "/desk/create", "/desk/import", "/desk/customers"],
		"/desk/customers/:id/manage",
	],
};

/** What of a person's own stands for the id in a route. */
const FIND = {
	"/requests/:id": ["/tickets?state=all", (found) => found.items[0].id],
	"/visits/:groundId": [
		"/grounds?limit=20",
		(found) => found.items.find((g) => g.visits.length > 0).id,
	],
	"/desk/tickets/:id": ["/tickets", (found) => found.items[0].id],
	"/desk/quarantine/:id": ["/quarantine", (found) => found.items[0].id],
	"/desk/customers/:id": ["/customers?q=10001", (found) => found.items[0].id],
	"/desk/customers/:id/manage": ["/customers?q=10001", (found) => found.items[0].id],
	"/desk/visits/:groundId": ["/grounds?limit=20", (found) => found.items[0].id],
};

/** Every route that the pages' source names. */
function routes() {
	const files = readdirSync(SRC, { recursive: true }).filter((name) => name.endsWith(".tsx"));
	const text = files.map((name) => readFileSync(join(SRC, name), "utf8")).join("\n");
	return new Set([...text.matchAll(/<Route\s+path="([^"]+)"/g)].map((match) => match[1]));
}

const wrong = [];
after(() => assert.deepEqual(wrong, [], "faults of pages"));

test("each route is on the tour", () => {
	const toured = new Set(Object.values(TOUR).flat());
	assert.deepEqual(
		[...routes()].filter((route) => !toured.has(route)),
		[],
	);
});

/** Colours that are on their way from light to dark are nobody's fault. */
const still = () => {
	const sheet = new CSSStyleSheet();
	sheet.replaceSync(
		"*, *::before, *::after { transition: none !important; animation: none !important }",
	);
	document.adoptedStyleSheets = [sheet];
};

async function looksAt(page, name) {
	await page.evaluate(still);
	for (const look of LOOKS) {
		await page.setViewportSize(look.size);
		await page.emulateMedia({ colorScheme: look.scheme, reducedMotion: "reduce" });
		for (const fault of await faults(page)) wrong.push(`${name} ${look.name}: ${fault}`);
		const wider = await tooWide(page);
		if (wider > 0) wrong.push(`${name} ${look.name}: ${wider} px wider than the window`);
		if (KEEP) {
			await page.evaluate(() => document.fonts.ready);
			await page.screenshot({ path: join(OUT, `${name}-${look.name}.png`), fullPage: true });
		}
	}
}

async function arrives(page, address) {
	await page.goto(address);
	await page.getByRole("heading", { level: 1 }).first().waitFor({ state: "attached" });
	await page.waitForFunction(() => !document.querySelector('[aria-busy="true"]'));
}

const fileName = (route, language) =>
	`${route.slice(1).replaceAll("/", "-").replaceAll(":", "") || "not-found"}-${language}`;

for (const [who, list] of Object.entries(TOUR)) {
	test(`the pages of ${who}`, { timeout: 300_000 }, async (t) => {
		if (KEEP) mkdirSync(OUT, { recursive: true });
		const server = await demo(t, "every", { week: true });
		const { page } = await profile(t, "every", { locale: "de-DE" });
		const known = who === "nobody" ? null : await person(server, who);
		await page.goto(`${server.portal}/sign-in`);
		if (known) {
			await page.evaluate(async (id) => {
				const body = JSON.stringify({ person: id });
				const headers = { "content-type": "application/json" };
				await fetch("/api/v1/sign-in/demo", { method: "POST", headers, body });
			}, known.id);
		}
		for (const language of ["de", "en"]) {
			if (known) await known.api("PATCH", "/me", { language });
			await page.evaluate((chosen) => localStorage.setItem("pforte-language", chosen), language);
			for (const route of list) {
				const [ask, pick] = FIND[route] ?? [];
				const id = ask ? pick(await known.api("GET", ask)) : "";
				const path = route === "*" ? "/no/such/page" : route.replace(/:\w+/, id);
				await arrives(page, server.portal + path);
				assert.equal(await page.locator("html").getAttribute("lang"), language, path);
				assert.equal(new URL(page.url()).pathname, path, "whoever is signed in may see it");
				await looksAt(page, fileName(route, language));
			}
		}
	});
}

if (KEEP) {
	test("side by side", { timeout: 300_000 }, async (t) => {
		const { page } = await profile(t, "sheets", { viewport: { width: 2000, height: 900 } });
		const names = readdirSync(OUT).filter((name) => name.endsWith("-phone-light.png"));
		for (const name of names) {
			const one = name.replace("-phone-light.png", "");
			const address = (look) =>
				`data:image/png;base64,${readFileSync(join(OUT, `${one}-${look}.png`)).toString("base64")}`;
			const image = ({ name: look, size }) =>
				`<img style="width:${size === PHONE ? 260 : 720}px" src="${address(look)}">`;
			await page.setContent(`<!doctype html><style>body { margin: 0; display: flex; gap: 8px; background: #888;
				align-items: flex-start }</style>${LOOKS.map(image).join("")}`);
			await page.screenshot({ path: join(OUT, `sheet-${one}.png`), fullPage: true });
		}
	});
}

// When a visit is over, nothing of the customer's stays on a screen, whatever the product's page holds (U12).

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

const script = readFileSync(resolve(__dirname, "../../crates/gateway/src/pages/bar.js"), "utf8");

let replaced: string[] = [];
let status = 200;

/** The product's page with the bar in it, as the gateway writes it. */
function open() {
	document.title = "Bea Lindner, invoice 4711";
	document.body.innerHTML =
		"<pforte-bar></pforte-bar><form><textarea>half a letter to Bea Lindner</textarea></form>";
	const root = (document.querySelector("pforte-bar") as HTMLElement).attachShadow({ mode: "open" });
	root.innerHTML =
		'<link rel="bar" href="/.pforte/bar.css"><div class="bar" data-ended="The session is over." data-more="How it ended"><b data-left="# minutes"></b></div>';
	new Function(script)();
}

const look = () => vi.advanceTimersByTimeAsync(2000);

beforeEach(() => {
	vi.useFakeTimers();
	replaced = [];
	status = 200;
	vi.stubGlobal("fetch", async () => ({
		status,
		ok: status === 200,
		json: async () => ({ minutes_left: 12 }),
	}));
	vi.stubGlobal("location", { replace: (to: string) => replaced.push(to) });
});

afterEach(() => {
	vi.useRealTimers();
	vi.unstubAllGlobals();
	document.body.innerHTML = "";
});

test("while the visit runs the bar counts and the page stays", async () => {
	open();
	await look();
	const bar = document.querySelector("pforte-bar");
	expect(bar?.shadowRoot?.textContent).toBe("12 minutes");
	expect(document.body.textContent).toContain("half a letter");
	expect(replaced).toEqual([]);
});

test.each([410, 404])("a visit that is over covers the page at once (%i)", async (answer) => {
	open();
	const before = document.querySelector("pforte-bar");
	await look();
	status = answer;
	const stay = vi.fn();
	window.onbeforeunload = stay;
	await look();
	expect(document.body.textContent).toBe("");
	expect(document.body.children.length).toBe(1);
	expect(document.title).toBe("The session is over.");
	const cover = document.querySelector("pforte-bar");
	// What the product did to the bar it saw does not reach the cover.
	expect(cover).not.toBe(before);
	const sheet = cover?.shadowRoot?.querySelector(".ended");
	expect(sheet?.getAttribute("role")).toBe("alert");
	expect(sheet?.textContent).toBe("The session is over.How it ended");
	expect(sheet?.querySelector("a")?.getAttribute("href")).toBe("/");
	expect(cover?.shadowRoot?.querySelector("link")).not.toBeNull();
	expect(replaced).toEqual(["/"]);
	expect(window.onbeforeunload).toBeNull();
	// And asks no more.
	const asked = vi.fn(async () => ({ status: 200, ok: false }));
	vi.stubGlobal("fetch", asked);
	await look();
	expect(asked).not.toHaveBeenCalled();
});

test("a gateway that cannot be reached, or is in trouble, covers nothing", async () => {
	open();
	vi.stubGlobal("fetch", async () => {
		throw new TypeError("network");
	});
	await look();
	vi.stubGlobal("fetch", async () => ({ status: 503, ok: false }));
	await look();
	expect(document.body.textContent).toContain("half a letter");
	expect(replaced).toEqual([]);
});

test("a page that nobody looks at does not ask", async () => {
	const asked = vi.fn(async () => ({ status: 503, ok: false }));
	vi.stubGlobal("fetch", asked);
	const hidden = vi.spyOn(document, "hidden", "get").mockReturnValue(true);
	open();
	await look();
	expect(asked).not.toHaveBeenCalled();
	hidden.mockReturnValue(false);
	document.dispatchEvent(new Event("visibilitychange"));
	expect(asked).toHaveBeenCalled();
	hidden.mockRestore();
});

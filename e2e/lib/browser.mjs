// Chromium with profiles of our own: a normal one on disk, and one off the record.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { eventually } from "./poll.mjs";
import { folder, later } from "./server.mjs";

const CHROMIUM = process.env.PFORTE_CHROMIUM ?? "/usr/bin/chromium";

const FLAGS = [
	"--headless",
	"--no-sandbox",
	"--disable-gpu",
	"--disable-quic",
	"--no-first-run",
	"--no-proxy-server",
	"--disable-background-networking",
	"--disable-component-update",
	"--disable-sync",
];

const DESK = { width: 1280, height: 800 };
export const PHONE = { width: 390, height: 844 };

/** A browser with a profile on disk. `profile.dir` may be looked at after `profile.close()`. */
export async function profile(t, name, { args = [], dir = folder(t, name), ...options } = {}) {
	const context = await chromium.launchPersistentContext(dir, {
		executablePath: CHROMIUM,
		args: [...FLAGS, ...args],
		locale: "de-DE",
		timezoneId: "Europe/Berlin",
		viewport: DESK,
		chromiumSandbox: false,
		...options,
	});
	context.setDefaultTimeout(10_000);
	let open = true;
	const close = async () => {
		if (open) await context.close();
		open = false;
	};
	later(t, close);
	return { dir, context, page: context.pages()[0] ?? (await context.newPage()), close };
}

/** A browser that still opens its first tab can leave a first connection without an answer. */
async function connected(address) {
	for (let left = 2; left > 0; left -= 1) {
		try {
			return await chromium.connectOverCDP(address, { timeout: 10_000 });
		} catch (error) {
			if (error.name !== "TimeoutError") throw error;
		}
	}
	return chromium.connectOverCDP(address, { timeout: 10_000 });
}

/** A window off the record in a browser whose profile is on disk (as "incognito" in the menu). */
export async function offTheRecord(t, name) {
	const dir = folder(t, name);
	const flags = [...FLAGS, `--user-data-dir=${dir}`, "--remote-debugging-port=0", "about:blank"];
	const child = spawn(CHROMIUM, flags, { stdio: "ignore" });
	const gone = new Promise((done) => child.on("exit", done));
	later(t, async () => {
		child.kill("SIGKILL");
		await gone;
	});
	const told = join(dir, "DevToolsActivePort");
	const port = await eventually(
		"the browser listens",
		() => existsSync(told) && readFileSync(told, "utf8").match(/^(\d+)\n/)?.[1],
		{ within: 20_000 },
	);
	const browser = await connected(`http://127.0.0.1:${port}`);
	const context = await browser.newContext({
		locale: "de-DE",
		timezoneId: "Europe/Berlin",
		viewport: DESK,
	});
	context.setDefaultTimeout(10_000);
	let open = true;
	const close = async () => {
		if (!open) return;
		open = false;
		await context.close();
		const session = await browser.newBrowserCDPSession();
		await session.send("Browser.close").catch(() => {});
		await gone;
	};
	later(t, close);
	return { dir, context, page: await context.newPage(), close };
}

// The sample product behind the gateway over TLS, under names of a real-looking domain: used by a
// browser and by curl. `localhost` would hide what sibling names of one domain can do to each other.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { promisify } from "node:util";
import { profile } from "../lib/browser.mjs";
import { eventually } from "../lib/poll.mjs";
import { letIn } from "../lib/steps.mjs";
import { GATE, tlsServer } from "../lib/tls.mjs";

const run = promisify(execFile);
const GIGABYTE = 1_000_000_000;
const GROWTH_MAX = 40 * 1024 * 1024;

test("a browser and curl use the product over TLS; sibling sessions stay strangers", async (t) => {
	const server = await tlsServer(t);
	const marta = await profile(t, "tls-marta", { args: server.browserArgs });
	const lena = await profile(t, "tls-lena", { args: server.browserArgs });
	const tab = await letIn(marta.page, lena.page, server.portal);
	const origin = new URL(tab.url()).origin;
	const job = { server, marta: marta.page, lena: lena.page, context: lena.context, tab, origin };
	job.cookie = await visitCookie(lena.context, origin);

	await t.test("pages, scripts and the console's WebSocket work in the browser", () =>
		browsed(job),
	);
	await t.test("curl verifies the certificate and sees the same product", () => curled(job));
	await t.test("a cookie for the parent domain opens no other session (rule T15)", () =>
		strangers(job),
	);
	await t.test("a view of 1 GB streams through; the server's memory does not grow", () =>
		streamed(job),
	);
	await t.test("at the end the session's cookie is gone from the browser", () => cleared(job));
});

async function visitCookie(context, origin) {
	const cookies = await context.cookies(origin);
	return cookies.find((one) => one.name === "__Host-pforte-visit");
}

/** The body and the figures of one request by curl, with the browser's cookie. */
async function curl({ server, cookie }, address, ...more) {
	const trust = [
		"--cacert",
		server.ca,
		"--noproxy",
		"*",
		"--connect-to",
		`::127.0.0.1:${server.port + 1}`,
	];
	const figures = ["-sS", "-w", "\n%{http_code} %{size_download}"];
	const ours = cookie ? ["-H", `Cookie: ${cookie.name}=${cookie.value}`] : [];
	const { stdout } = await run("curl", [...trust, ...figures, ...ours, ...more, address]);
	const at = stdout.lastIndexOf("\n");
	const [status, size] = stdout
		.slice(at + 1)
		.split(" ")
		.map(Number);
	return { body: stdout.slice(0, at), status, size };
}

async function browsed({ tab, origin, cookie }) {
	assert.match(origin, new RegExp(`^https://[a-z0-9-]+\\.${GATE.replace(".", "\\.")}$`));
	assert.ok(
		cookie.secure && cookie.httpOnly && cookie.expires === -1,
		"no persistent cookie (rule T15)",
	);
	assert.ok(!cookie.domain.startsWith("."), "for this host alone");
	await tab.goto(`${origin}/servers/srv-101/console`);
	await tab.getByText("heartbeat 1").waitFor();
	await tab.locator("[data-console-form] input").fill("echo as typed");
	await tab.keyboard.press("Enter");
	const lines = async () => (await tab.locator("[data-console]").innerText()).split("\n");
	await eventually("the console answers", async () => (await lines()).includes("as typed"));
	await tab.goto(`${origin}/redirect`);
	assert.equal(new URL(tab.url()).origin, origin, "redirects stay in the session");
}

async function curled(job) {
	const page = await curl(job, `${job.origin}/servers`);
	assert.equal(page.status, 200);
	assert.match(page.body, /kiln-telemetry/);
	const masked = await curl(job, `${job.origin}/account`);
	assert.ok(!masked.body.includes("Brennofenweg"));
	const refused = await curl(job, `${job.origin}/invoices/2026-1104.pdf`);
	assert.equal(refused.status, 403);
	assert.equal(JSON.parse(refused.body).code, "needs.consent.download");
	const stranger = await curl({ ...job, cookie: null }, `${job.origin}/servers`);
	assert.equal(stranger.status, 404);
	await assert.rejects(
		run("curl", [
			"-sS",
			"--noproxy",
			"*",
			"--connect-to",
			`::127.0.0.1:${job.server.port + 1}`,
			job.origin,
		]),
		/certificate/,
		"without the test's authority nobody believes the certificate",
	);
}

/** A second session on the same ground: it needs a reason of its own (rule T24). */
function linkAgain(page) {
	return page.evaluate(async () => {
		const json = async (path, options) => (await fetch(`/api/v1${path}`, options)).json();
		const { items } = await json("/grounds?state=open");
		const reason = { category: "question", text: "Noch ein Blick" };
		const body = JSON.stringify({ ground_id: items[0].id, product: "panel", reason });
		const headers = { "content-type": "application/json" };
		const { url } = await json("/visits", { method: "POST", headers, body });
		return url;
	});
}

async function strangers(job) {
	const { lena, context, tab, origin, cookie } = job;
	const second = await context.newPage();
	await second.goto(await linkAgain(lena));
	const other = new URL(second.url()).origin;
	assert.notEqual(other, origin);
	const theirs = await visitCookie(context, other);
	assert.notEqual(theirs.value, cookie.value);

	// What a page of the product's under the first session can try.
	await tab.goto(`${origin}/servers`);
	await tab.evaluate(
		([domain, value]) => {
			const everywhere = `; domain=${domain}; path=/; secure`;
			for (const name of ["__Host-pforte-visit", "__HOST-pforte-visit", "=__Host-pforte-visit"]) {
				document.cookie = `${name}=${value}${everywhere}`;
			}
			document.cookie = `lure=planted-for-siblings${everywhere}`;
		},
		[GATE, cookie.value],
	);
	const sent = await context.cookies(other);
	assert.ok(
		sent.some((one) => one.name === "lure"),
		"the browser does send a parent's cookie to siblings: the test means something",
	);
	assert.equal((await second.reload()).status(), 200, "the other session is undisturbed");

	await context.clearCookies({ name: "__Host-pforte-visit", domain: new URL(other).hostname });
	assert.equal(
		(await second.goto(`${other}/servers`)).status(),
		404,
		"with siblings' cookies alone it stays shut",
	);
	const swapped = await curl({ ...job, cookie }, `${other}/servers`);
	assert.equal(swapped.status, 404, "one session's cookie does not open the other");
	const both = await curl(
		{ ...job, cookie: theirs },
		`${other}/servers`,
		"-H",
		`Cookie: ${cookie.name}=x`,
	);
	assert.equal(both.status, 404, "two cookies of that name are no cookie");
	assert.equal((await tab.reload()).status(), 200, "and the first goes on");
}

/** A value of /proc/PID/status, in bytes. */
function memory(pid, name) {
	const text = readFileSync(`/proc/${pid}/status`, "utf8");
	return Number(text.match(new RegExp(`^${name}:\\s+(\\d+) kB`, "m"))[1]) * 1024;
}

async function streamed(job) {
	const { pid } = job.server.program;
	// One small run first, so that buffers and pools that are kept are there already.
	await curl(job, `${job.origin}/servers/srv-101/blob?bytes=8000000`, "-o", "/dev/null");
	const before = memory(pid, "VmRSS");
	writeFileSync(`/proc/${pid}/clear_refs`, "5");
	const got = await curl(
		job,
		`${job.origin}/servers/srv-101/blob?bytes=${GIGABYTE}`,
		"-o",
		"/dev/null",
	);
	const grown = memory(pid, "VmHWM") - before;
	assert.equal(got.status, 200);
	assert.equal(got.size, GIGABYTE);
	assert.ok(
		grown < GROWTH_MAX,
		`at its highest ${Math.round(grown / 1024 / 1024)} MB more than before`,
	);
}

async function cleared({ marta, context, tab, origin }) {
	await marta.keyboard.press("Escape");
	await marta.getByRole("button", { name: "Jetzt beenden" }).click();
	await tab.getByText("Vom Kunden beendet.").waitFor();
	await eventually("the cookie is gone", async () => !(await visitCookie(context, origin)));
}

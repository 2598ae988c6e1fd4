// What goes over the wire: packed pages and long lists, nothing packed that holds a secret, and how little
// a customer's phone has to load. Times on a slow line are measured by `bench/pages.mjs`.
import assert from "node:assert/strict";
import { request } from "node:http";
import { test } from "node:test";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { PHONE, profile } from "../lib/browser.mjs";
import { person } from "../lib/client.mjs";
import { demo } from "../lib/server.mjs";
import { signInCustomer } from "../lib/steps.mjs";

/** What home may take, with everything it loads. */
const HOME_BYTES = 250_000;
const SHIFT = 0.05;

/** The bytes as they come, not unpacked. */
function raw(server, path, headers = {}) {
	const options = {
		host: "127.0.0.1",
		port: server.port,
		path,
		headers: { host: `pforte.localhost:${server.port}`, ...headers },
	};
	return new Promise((done, failed) => {
		request(options, (answer) => {
			const chunks = [];
			answer.on("data", (chunk) => chunks.push(chunk));
			answer.on("end", () =>
				done({ status: answer.statusCode, headers: answer.headers, bytes: Buffer.concat(chunks) }),
			);
		})
			.on("error", failed)
			.end();
	});
}

test("pages are packed for whoever takes it, and kept", async (t) => {
	const server = await demo(t, "wire");
	const plain = await raw(server, "/home");
	assert.equal(plain.headers["content-encoding"], undefined);
	const [script] = plain.bytes.toString().match(/\/assets\/index-[^"]+\.js/);
	const whole = await raw(server, script);
	assert.equal(whole.headers["content-encoding"], undefined);
	const ways = [
		["gzip, deflate, br", "br", brotliDecompressSync],
		["gzip", "gzip", gunzipSync],
		["br;q=0, gzip;q=0.5", "gzip", gunzipSync],
	];
	const tags = new Set([whole.headers.etag]);
	for (const [asked, coding, unpack] of ways) {
		for (const [path, wanted] of [
			["/home", plain.bytes],
			[script, whole.bytes],
		]) {
			const packed = await raw(server, path, { "accept-encoding": asked });
			assert.equal(packed.headers["content-encoding"], coding, `${path} for ${asked}`);
			assert.equal(packed.headers.vary, "accept-encoding");
			assert.deepEqual(unpack(packed.bytes), wanted, `${path} by ${coding}`);
		}
		const packed = await raw(server, script, { "accept-encoding": asked });
		assert.match(packed.headers["cache-control"], /immutable/);
		assert.match(packed.headers["content-type"], /javascript/);
		tags.add(packed.headers.etag);
		const again = await raw(server, script, {
			"accept-encoding": asked,
			"if-none-match": `"other", W/${packed.headers.etag}`,
		});
		assert.equal(again.status, 304);
		assert.equal(again.bytes.length, 0);
	}
	assert.equal(tags.size, 3, "plain, br and gzip have a tag each");
	assert.equal((await raw(server, `${script}.br`)).status, 404, "no packed twin by its own name");
	const desk = (await raw(server, "/desk/tickets")).bytes.toString();
	assert.match(desk, /modulepreload[^>]+\/assets\/Desk-/);
	assert.match(plain.bytes.toString(), /modulepreload[^>]+\/assets\/Portal-/);
});

test("long lists are packed, what holds a secret is not", async (t) => {
	const server = await demo(t, "wire-api");
	const marta = await person(server, "Marta Oduya");
	for (let number = 0; number < 6; number += 1) {
		const subject = `Die Lieferung ${number} fehlt`;
		const body = { subject, happened: `${subject}. `.repeat(20) };
		await marta.api("POST", "/tickets", body);
	}
	const headers = { "accept-encoding": "gzip", cookie: marta.cookie };
	const list = await raw(server, "/api/v1/tickets", headers);
	assert.equal(list.headers["content-encoding"], "gzip");
	assert.equal(JSON.parse(gunzipSync(list.bytes)).items.length, 6);
	const plain = await raw(server, "/api/v1/tickets", { cookie: marta.cookie });
	assert.equal(plain.headers["content-encoding"], undefined);
	assert.equal(plain.headers.vary, "accept-encoding");
	for (const path of ["/me", "/door", "/grounds", "/sign-in", "/customer"]) {
		const answer = await raw(server, `/api/v1${path}`, headers);
		assert.equal(answer.headers["content-encoding"], undefined, path);
	}
});

test("home is small on the wire, and nothing on it moves", async (t) => {
	const server = await demo(t, "wire-home");
	const marta = await profile(t, "wire-marta", { viewport: PHONE });
	await signInCustomer(marta.page, server.portal);
	const page = await marta.context.newPage();
	const seeing = await marta.context.newCDPSession(page);
	await seeing.send("Network.enable");
	await seeing.send("Network.setCacheDisabled", { cacheDisabled: true });
	let bytes = 0;
	seeing.on("Network.loadingFinished", ({ encodedDataLength }) => {
		bytes += encodedDataLength;
	});
	await page.addInitScript(() => {
		globalThis.shift = 0;
		new PerformanceObserver((list) => {
			for (const entry of list.getEntries()) globalThis.shift += entry.value;
		}).observe({ type: "layout-shift", buffered: true });
	});
	await page.goto(`${server.portal}/home`);
	await page.getByTestId("door").waitFor();
	await page.getByText("Bisher war niemand da.").waitFor();
	await page.waitForLoadState("load");
	assert.ok(bytes > 50_000, `something was counted: ${bytes}`);
	assert.ok(bytes <= HOME_BYTES, `home takes ${bytes} bytes`);
	const shift = await page.evaluate(() => globalThis.shift);
	assert.ok(shift < SHIFT, `the page moves by ${shift}`);
});

/** Slow 4G, and a processor four times slower: what comes late must not be asked for again meanwhile. */
async function slowly(context, page) {
	const seeing = await context.newCDPSession(page);
	const conditions = { latency: 150, downloadThroughput: 200_000, uploadThroughput: 94_000 };
	await seeing.send("Network.enable");
	await seeing.send("Network.setCacheDisabled", { cacheDisabled: true });
	await seeing.send("Network.emulateNetworkConditions", { offline: false, ...conditions });
	await seeing.send("Emulation.setCPUThrottlingRate", { rate: 4 });
}

test("nothing is asked twice, on a slow line neither", async (t) => {
	const server = await demo(t, "wire-twice", { week: true });
	const visitors = [
		["Marta Oduya", ["/home", "/requests", "/visits", "/settings/support"]],
		["Lena Brandt", ["/desk", "/desk/tickets", "/desk/quarantine"]],
		["Nora Falk", ["/desk/sessions", "/desk/customers"]],
	];
	for (const [name, paths] of visitors) {
		const { context } = await profile(t, "wire-twice", { viewport: PHONE });
		const known = await person(server, name);
		const first = await context.newPage();
		await first.goto(`${server.portal}/sign-in`);
		await first.evaluate(async (id) => {
			const body = JSON.stringify({ person: id });
			const headers = { "content-type": "application/json" };
			await fetch("/api/v1/sign-in/demo", { method: "POST", headers, body });
		}, known.id);
		await first.close();
		for (const path of paths) {
			const page = await context.newPage();
			const asked = [];
			page.on("request", (one) => {
				const place = one.url().split("/api/v1")[1];
				if (place) asked.push(`${one.method()} ${place}`);
			});
			const home = path === "/home";
			if (home) await slowly(context, page);
			// A stream that is late is no reason to ask again at once.
			const late = home ? 5000 : 0;
			await page.route("**/api/v1/events*", async (route) => {
				await new Promise((done) => setTimeout(done, late));
				await route.continue().catch(() => {});
			});
			await page.goto(server.portal + path);
			await page.getByRole("heading", { level: 1 }).first().waitFor({ state: "attached" });
			await page.waitForLoadState("load");
			await page.waitForTimeout(late + 1000);
			const twice = asked.filter((one, at) => asked.indexOf(one) !== at);
			assert.ok(asked.length >= 3, `${path} asked for something: ${asked}`);
			assert.deepEqual(twice, [], `${path} of ${name}`);
			await page.close();
		}
	}
});

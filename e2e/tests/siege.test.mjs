// *End now* while others hold on to all they can get, and while many tabs are open. Control 7, rule W8.
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { profile } from "../lib/browser.mjs";
import { eventually } from "../lib/poll.mjs";
import { demo, later } from "../lib/server.mjs";
import { letIn } from "../lib/steps.mjs";

/** More than the server has places. */
const HELD = 4200;
const TABS = 8;

/** A head with a body that never comes. */
const HEAD =
	"POST /api/v1/sign-in/staff HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\n" +
	"Content-Type: application/json\r\nContent-Length: 400\r\n\r\n";

test("End now answers within a second in a siege of held connections", async (t) => {
	const server = await demo(t, "siege");
	const marta = await profile(t, "siege-marta");
	const lena = await profile(t, "siege-lena");
	await letIn(marta.page, lena.page, server.portal);
	const port = Number(new URL(server.portal).port);
	// As hard as it gets: from the customer's own address.
	const siege = await besiege(t, port, "127.0.0.1");
	await endNow(marta.page);
	assert.ok(siege.made > HELD - 50, `only ${siege.made} were made`);
	const health = await timed(() => fetch(`http://127.0.0.1:${port}/health`));
	assert.ok(health.answer.ok && health.millis < 1000, `health after ${health.millis} ms`);
});

test("End now answers within a second with eight tabs open in one browser", async (t) => {
	const server = await demo(t, "tabs");
	const marta = await profile(t, "tabs-marta");
	const lena = await profile(t, "tabs-lena");
	await letIn(marta.page, lena.page, server.portal);
	const streams = new Set();
	const tabs = [marta.page];
	for (let n = 1; n < TABS; n++) tabs.push(await marta.context.newPage());
	for (const page of tabs) {
		page.on("request", (asked) => {
			if (asked.url().includes("/api/v1/events")) streams.add(asked);
		});
		page.on("requestfailed", (asked) => streams.delete(asked));
		page.on("requestfinished", (asked) => streams.delete(asked));
	}
	for (const page of tabs) {
		await page.goto(`${server.portal}/home`);
		await page.getByTestId("door").waitFor();
	}
	const last = tabs.at(-1);
	await last.bringToFront();
	await last.getByRole("button", { name: "Jetzt beenden" }).first().waitFor();
	assert.equal(streams.size, 1, "one stream for all tabs");
	await endNow(last);
	for (const page of tabs) {
		await eventually("every tab says so", async () =>
			(await page.getByTestId("door").innerText()).includes("Geschlossen"),
		);
	}
});

/** Presses *End now*; the answer comes within a second, as the browser measures it, connecting included. */
async function endNow(page) {
	await page.keyboard.press("Escape");
	const button = page.getByRole("button", { name: "Jetzt beenden" }).first();
	await button.waitFor();
	const answered = page.waitForResponse((one) => one.url().endsWith("/end"));
	await button.click();
	const answer = await answered;
	await answer.finished();
	assert.equal(answer.status(), 200);
	const millis = Math.round(answer.request().timing().responseEnd);
	assert.ok(millis >= 0 && millis < 1000, `it took ${millis} ms`);
	const door = page.getByTestId("door");
	await eventually("the door is shut", async () =>
		(await door.innerText()).includes("Geschlossen"),
	);
}

async function timed(work) {
	const began = performance.now();
	const answer = await work();
	return { answer, millis: Math.round(performance.now() - began) };
}

/**
 * Opens connections that hold on, and opens them anew as they are shut. In a thread of its own, so that it takes
 * no time from what is measured.
 */
async function besiege(t, port, from) {
	const worker = new Worker(new URL("../lib/siege.mjs", import.meta.url), {
		workerData: { port, from, held: HELD, head: HEAD },
	});
	later(t, () => worker.terminate());
	const [made] = await once(worker, "message");
	return { made };
}

// *End now* while others hold on to all they can get, and while many tabs are open. Control 7, rule W8.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
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
	const tab = await letIn(marta.page, lena.page, server.portal);
	const port = Number(new URL(server.portal).port);
	// As hard as it gets: from the customer's own address.
	const siege = await besiege(t, port, "127.0.0.1");
	await endNow(marta.page, tab);
	assert.ok(siege.made > HELD - 50, `only ${siege.made} were made`);
	const health = await timed(() => fetch(`http://127.0.0.1:${port}/health`));
	assert.ok(health.answer.ok && health.millis < 1000, `health after ${health.millis} ms`);
});

test("End now answers within a second with eight tabs open in one browser", async (t) => {
	const server = await demo(t, "tabs");
	const marta = await profile(t, "tabs-marta");
	const lena = await profile(t, "tabs-lena");
	const tab = await letIn(marta.page, lena.page, server.portal);
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
	await endNow(last, tab);
	for (const page of tabs) {
		await eventually("every tab says so", async () =>
			(await page.getByTestId("door").innerText()).includes("Geschlossen"),
		);
	}
});

/** Presses *End now*; the answer and the cut both come within a second. */
async function endNow(page, tab) {
	await page.keyboard.press("Escape");
	const button = page.getByRole("button", { name: "Jetzt beenden" }).first();
	await button.waitFor();
	const answered = page.waitForResponse((one) => one.url().endsWith("/end"));
	const { answer, millis } = await timed(async () => {
		await button.click();
		return answered;
	});
	assert.equal(answer.status(), 200);
	assert.ok(millis < 1000, `it took ${millis} ms`);
	await tab.getByText("Der Kunde hat den Zugang beendet.").waitFor();
}

async function timed(work) {
	const began = performance.now();
	const answer = await work();
	return { answer, millis: Math.round(performance.now() - began) };
}

/** Opens connections that hold on, from one address, and opens them anew as they are shut. */
async function besiege(t, port, from) {
	const held = new Set();
	const siege = { made: 0, over: false };
	const hold = () =>
		new Promise((done) => {
			const socket = connect({ port, host: "127.0.0.1", localAddress: from });
			held.add(socket);
			socket.on("connect", () => {
				siege.made += 1;
				socket.write(HEAD);
				done();
			});
			socket.on("error", () => done());
			socket.on("data", () => {});
			socket.on("close", () => {
				held.delete(socket);
				if (!siege.over) setTimeout(hold, 3000);
			});
		});
	later(t, () => {
		siege.over = true;
		for (const socket of held) socket.destroy();
	});
	for (let n = 0; n < HELD; n += 100) {
		await Promise.all(Array.from({ length: 100 }, hold));
	}
	return siege;
}

// What a restart does to open doors: an orderly one keeps them, a crash shuts them (design, Writing).
import assert from "node:assert/strict";
import { test } from "node:test";
import { profile } from "../lib/browser.mjs";
import { eventually } from "../lib/poll.mjs";
import { demo } from "../lib/server.mjs";
import { letIn, signInCustomer } from "../lib/steps.mjs";

async function openDoor(t, name) {
	const server = await demo(t, name);
	const marta = await profile(t, `${name}-marta`);
	const lena = await profile(t, `${name}-lena`);
	const tab = await letIn(marta.page, lena.page, server.portal);
	await marta.page.keyboard.press("Escape");
	return { server, portal: marta.page, tab };
}

const doorState = (page) => page.getByTestId("door").getAttribute("data-state");

test("an orderly restart: the visit goes on, and the customer can still end it", async (t) => {
	const { server, portal, tab } = await openDoor(t, "orderly");
	assert.equal(await server.stop(), 0, server.program.said);
	await eventually(
		"the portal says that it cannot know",
		async () => (await doorState(portal)) === "unsure",
	);
	await server.start();
	await eventually("the portal knows again", async () => (await doorState(portal)) === "open");

	const answer = await tab.goto(new URL("/servers", tab.url()).href);
	assert.equal(answer.status(), 200);
	await tab.getByText("kiln-telemetry").waitFor();

	await portal.getByRole("button", { name: "Jetzt beenden" }).click();
	await portal.getByTestId("end-result").waitFor();
	assert.equal((await tab.reload()).status(), 410);
});

test("after a crash every door is shut, and the visitor book says so", async (t) => {
	const { server, portal, tab } = await openDoor(t, "crash");
	await server.kill();
	await server.start();
	// Somebody may have signed out and not been written down: so everybody signs in again.
	await portal.waitForURL("**/sign-in");
	await signInCustomer(portal, server.portal);
	assert.equal(await doorState(portal), "closed");
	const answer = await tab.goto(new URL("/servers", tab.url()).href);
	assert.ok([404, 410].includes(answer.status()), `the session is no more: ${answer.status()}`);
	assert.ok(!(await tab.content()).includes("kiln-telemetry"));
	await portal.goto(`${server.portal}/visits`);
	await portal
		.getByTestId("visit-line")
		.getByText(/Neustart/)
		.waitFor();
});

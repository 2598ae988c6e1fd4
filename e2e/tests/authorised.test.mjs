// A colleague without the right to ask by mail is told kindly who has it; the portal's form is open to
// everybody who is signed in (rules P2, P15).
import assert from "node:assert/strict";
import { test } from "node:test";
import { profile } from "../lib/browser.mjs";
import { person } from "../lib/client.mjs";
import { office } from "../lib/mail/office.mjs";
import { skipMail } from "../lib/mail/tool.mjs";
import { eventually } from "../lib/poll.mjs";
import { signInCustomer, signInStaff } from "../lib/steps.mjs";

const JONAS = "jonas@oduya-ceramics.example";
const SUBJECT = "Could somebody look at the invoices page";

test("p2 p15 by mail he learns who may ask; by the form he asks himself", {
	skip: skipMail,
}, async (t) => {
	const { server, write, arrival, letters, said } = await office(t);
	const lena = await person(server, "Lena Brandt");
	await write({
		from: `Jonas Wilke <${JONAS}>`,
		subject: SUBJECT,
		text: "Hello,\n\nthe words swordfish and kiln shall not come back to me.\n",
	});
	const letter = await arrival(JONAS, "the friendly answer").catch((error) => {
		throw new Error(`${error.message}\n${said()}`);
	});
	assert.match(letter.text, /Marta Oduya/, "names who may ask");
	assert.ok(letter.text.includes(server.portal), "and leads to the form");
	assert.doesNotMatch(
		letter.raw,
		/swordfish|invoices page/,
		"no text of the sender's (control 46)",
	);
	assert.doesNotMatch(letter.text, /marta@/, "a name, not an address");
	assert.doesNotMatch(letter.text, /#\w{20,}|token=/, "no sign-in link (rule X8)");
	const [line] = (await lena.api("GET", "/quarantine")).items;
	assert.deepEqual([line.subject, line.why[0]], [SUBJECT, "sender.not_authorised"]);
	assert.equal((await lena.api("GET", "/tickets?state=all")).items.length, 0);
	assert.equal(letters(JONAS).length, 1);

	const jonas = (await profile(t, "jonas", { locale: "en-GB" })).page;
	await signInCustomer(jonas, server.portal, JONAS);
	await jonas.goto(`${server.portal}/requests/new`);
	const form = jonas.getByTestId("new-request");
	const field = (name) => form.getByRole("textbox", { name });
	await field(/What happened/).fill("The page Invoices stays empty");
	await field(/before that/).fill("Opened the page Invoices");
	await field(/expect/).fill("A list");
	await form.getByRole("button", { name: "Send request" }).click();
	await jonas.waitForURL("**/requests/*-*");
	const ticket = await eventually("the ticket is on the desk", async () => {
		const { items } = await lena.api("GET", "/tickets");
		return items[0];
	});
	assert.equal(ticket.contact.name, "Jonas Wilke");
	assert.equal(ticket.channel, "portal");
	assert.equal(ticket.proof, "signed_in");
	const whole = await lena.api("GET", `/tickets/${ticket.id}`);
	assert.equal(whole.request.happened, "The page Invoices stays empty");
	assert.equal(whole.requester.support, false, "staff see that he is not support-authorised");

	const desk = (await profile(t, "lena")).page;
	await signInStaff(desk, server.portal);
	await desk.goto(`${server.portal}/desk/tickets/${ticket.id}`);
	await desk.getByRole("heading", { name: "The page Invoices stays empty" }).waitFor();
});

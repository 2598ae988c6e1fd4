// 14 days of silence, 30 days of age, on a clock that the test moves: told before, closed and locked as
// the rules say, a late letter opens a follow-up, and nothing is lost (rules B14 to B16).
import assert from "node:assert/strict";
import { test } from "node:test";
import { person } from "../lib/client.mjs";
import { office } from "../lib/mail/office.mjs";
import { skipMail } from "../lib/mail/tool.mjs";
import { eventually } from "../lib/poll.mjs";

const MARTA = "marta@oduya-ceramics.example";
const INES = "ines@kaltenbach.example";
const HOUR = 3_600;
const DAY = 24 * HOUR;

/** The ticket as an agent sees it, signed in afresh: days pass here. */
const seen = async (server, id) =>
	(await person(server, "Lena Brandt")).api("GET", `/tickets/${id}`);

async function opened(server, subject) {
	return eventually(
		`the ticket ${subject}`,
		async () => {
			const { items } = await (await person(server, "Lena Brandt")).api("GET", "/tickets");
			return items.find((one) => one.subject === subject);
		},
		{ within: 20_000 },
	);
}

async function answer(server, id, text) {
	const lena = await person(server, "Lena Brandt");
	await lena.api("POST", `/tickets/${id}/messages`, { text, kind: "message", attachments: [] });
}

test("b14 b15 b16: what 14 and 30 days bring", { skip: skipMail, timeout: 600_000 }, async (t) => {
	const { server, clock, write, letters, arrival, said } = await office(t);
	const since = (count) => letters(MARTA).slice(count);
	const told = (error) => {
		throw new Error(`${error.message}\n${said()}`);
	};
	await write({ from: MARTA, subject: "Glasur haftet nicht", text: "Bitte um Rat.\n" });
	await write({ from: INES, subject: "Label printer stops", text: "Every morning.\n" });
	const { id } = await opened(server, "Glasur haftet nicht").catch(told);
	const waits = (await opened(server, "Label printer stops")).id;
	const lena = await person(server, "Lena Brandt");
	await lena.api("POST", `/tickets/${id}/take-over`, { from_staff_id: null });
	await answer(server, id, "Bitte bei 900 Grad brennen. Hat es geholfen?");
	const first = await arrival(MARTA, "the answer", (one) => one.text.includes("900 Grad"));

	// Days pass over night: the server starts again, and looks at every clock.
	const pass = async (seconds) => {
		clock.forward(seconds);
		await server.program.stop();
		await server.start();
	};

	// Three days before it closes she is told, once.
	let count = letters(MARTA).length;
	await pass(11 * DAY + HOUR);
	const reminder = await eventually("the reminder", () => since(count)[0]).catch(told);
	assert.match(reminder.text, /schlie(ß|ss)/i);
	assert.equal((await seen(server, id)).state, "waiting");

	// 14 days of silence close it, and with it the access.
	count = letters(MARTA).length;
	clock.forward(3 * DAY);
	assert.equal((await seen(server, id)).state, "closed", "at once, whoever tells it when");
	assert.notEqual((await seen(server, id)).access.decision, "open");
	await pass(0);
	await eventually("the closing is told", () => since(count)[0]).catch(told);
	assert.equal(since(count).length, 1);
	const alarms = await (await person(server, "Ruth Adeyemi")).api("GET", "/alarms");
	assert.ok(
		alarms.items.some(({ code }) => code === "ticket.waiting"),
		"the one that waits for staff escalates",
	);
	assert.notEqual((await seen(server, waits)).state, "closed", "and never closes by itself");

	// A day later she answers: open again, and the same agent is back in.
	clock.forward(DAY);
	await write({ from: MARTA, subject: "Re: Glasur", text: "Doch noch nicht.\n", reply: first });
	await eventually("it is open again", async () => (await seen(server, id)).state === "open");
	const again = await seen(server, id);
	assert.equal(again.assignee.username, "lena");
	assert.equal(again.access.decision, "open");

	// Three days before the thirtieth both sides are told.
	await answer(server, id, "Dann bitte bei 950 Grad.");
	await arrival(MARTA, "the second answer", (one) => one.text.includes("950 Grad"));
	count = letters(MARTA).length;
	await pass(12 * DAY);
	// That it would close two days later by itself is told on the same morning.
	const warning = () => since(count).find(({ text }) => /gesperrt/i.test(text));
	await eventually("the warning", warning).catch(told);
	assert.match((await seen(server, id)).state, /waiting|open/);

	// The thirtieth day locks it, for everybody and for good.
	clock.forward(3 * DAY);
	const locked = await seen(server, id);
	assert.equal(locked.state, "locked");
	assert.notEqual(locked.access.decision, "open");
	const desk = await person(server, "Lena Brandt");
	const late = { text: "Noch ein Rat", kind: "message", attachments: [] };
	for (const [path, body] of [
		["messages", late],
		["messages", { ...late, kind: "note" }],
		["close", {}],
		["reopen", {}],
		["take-over", { from_staff_id: null }],
	]) {
		const { status, answer } = await desk.ask("POST", `/tickets/${id}/${path}`, body);
		assert.deepEqual([status, answer.code], [423, "ticket.locked"], path);
	}

	// Her late letter opens a follow-up that names the old one.
	count = letters(MARTA).length;
	const text = "Bei 950 Grad reißt sie. Anbei die Kurve.\n";
	const files = [{ name: "kurve.csv", type: "text/csv", bytes: Buffer.from("0;20\n60;950\n") }];
	await write({ from: MARTA, subject: "Re: Glasur haftet nicht", text, files, reply: first });
	const next = await eventually("the follow-up", async () => {
		const { followed_by } = await seen(server, id);
		return followed_by[0];
	}).catch(told);
	const followed = await seen(server, next.id);
	assert.equal(followed.follows.id, id);
	assert.equal(followed.contact.name, "Marta Oduya");
	const [message] = followed.messages.filter(({ kind }) => kind === "message");
	assert.match(message.text, /reißt sie/);
	assert.deepEqual(
		message.attachments.map(({ name }) => name),
		["kurve.csv"],
	);
	assert.equal(
		(await seen(server, id)).messages.length,
		locked.messages.length,
		"nothing in the old",
	);
	const number = new RegExp(String(followed.number));
	const news = () => since(count).find((one) => number.test(`${one.subject} ${one.text}`));
	await eventually("she is told the new number", news).catch(told);
});

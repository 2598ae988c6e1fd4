// The main job by mail: a proven letter becomes a ticket, one agent takes it over, and access follows the
// ticket (rules B10 to B13, Z5). Once with a mailbox over IMAP, once behind Postfix by LMTP.
import assert from "node:assert/strict";
import { test } from "node:test";
import { profile } from "../lib/browser.mjs";
import { office, SUPPORT } from "../lib/mail/office.mjs";
import { skipMail } from "../lib/mail/tool.mjs";
import { picture } from "../lib/pictures.mjs";
import { eventually } from "../lib/poll.mjs";
import { api, ask, openTicketProduct, signInStaff } from "../lib/steps.mjs";

const MARTA = "marta@oduya-ceramics.example";
const SUBJECT = "Der Shop zeigt alte Preise";
const FILE = {
	name: "anleitung.txt",
	mimeType: "text/plain",
	buffer: Buffer.from("Cache leeren.\n"),
};

for (const way of ["lmtp", "imap"]) {
	test(`b10 a mail comes in by ${way}, and access follows the ticket`, {
		skip: skipMail,
	}, async (t) => {
		const job = await begin(t, way);
		const steps = [
			["a ticket within seconds, with name, customer and proof", appears],
			["b11 all others read it, and the product stays shut", othersRead],
			["b10 taken over, it opens for her alone", takenOver],
			["m10 the answer and its file arrive in one thread", answered],
			["b12 closing ends the running session", closed],
			["b13 'doch noch nicht' opens it again, for her and nobody else", reopened],
		];
		let broken = false;
		for (const [name, step] of steps) {
			await t.test(name, { skip: broken && "an earlier step failed" }, async () => {
				broken = true;
				await step(job).catch((error) => {
					throw new Error(`${error.message}\n${job.said()}`, { cause: error });
				});
				broken = false;
			});
		}
	});
}

async function begin(t, way) {
	const [mail, lena, tom] = await Promise.all([
		office(t, { way, name: `office-${way}` }),
		profile(t, "lena").then((made) => made.page),
		profile(t, "tom").then((made) => made.page),
	]);
	await signInStaff(lena, mail.server.portal);
	await signInStaff(tom, mail.server.portal, "tom");
	return { ...mail, way, lena, tom };
}

async function appears(job) {
	const { server, lena, write, way } = job;
	await lena.goto(`${server.portal}/desk/tickets`);
	await lena.getByRole("heading", { level: 1 }).waitFor();
	job.first = await write({
		from: `Marta Oduya <${MARTA}>`,
		subject: SUBJECT,
		text: "Guten Tag,\n\nseit gestern zeigt der Shop die Preise vom Frühjahr.\n\nMarta Oduya\n",
	});
	const sent = Date.now();
	const row = lena.getByRole("link", { name: new RegExp(SUBJECT) }).first();
	await row.waitFor({ timeout: 20_000 });
	job.seconds = (Date.now() - sent) / 1000;
	assert.ok(job.seconds < 10, `it was there after ${job.seconds} s`);
	const line = lena.getByRole("listitem").filter({ has: row });
	const told = await line.innerText();
	for (const what of ["Marta Oduya", "Oduya Ceramics", "Absender geprüft"]) {
		assert.ok(told.includes(what), `${what} in ${told}`);
	}
	if (way === "lmtp") await picture(lena, "queue-de", { folder: "manual" });
	await row.click();
	await lena.waitForURL("**/desk/tickets/*");
	job.id = lena.url().match(/tickets\/([0-9a-f-]+)/)[1];
	const main = lena.locator("main");
	await main.getByText("Preise vom Frühjahr").first().waitFor();
	const said = await main.innerText();
	for (const what of ["Marta Oduya", "Oduya Ceramics", "Preise vom Frühjahr"]) {
		assert.ok(said.includes(what), `${what} in ${said}`);
	}
	const ticket = await api(lena, "GET", `/tickets/${job.id}`);
	assert.equal(ticket.channel, "mail");
	assert.equal(ticket.proof, "proven");
}

async function othersRead(job) {
	const { server, tom, id } = job;
	await tom.goto(`${server.portal}/desk/tickets/${id}`);
	await tom.getByText("Preise vom Frühjahr").first().waitFor();
	const door = tom.getByTestId("ticket-door");
	assert.equal(await door.getAttribute("data-state"), "closed");
	assert.equal(await door.getByRole("button", { name: /Nordlicht panel/ }).count(), 0);
	const { access } = await api(tom, "GET", `/tickets/${id}`);
	assert.equal(access.ground_id, null);
	assert.notEqual(access.decision, "open");
}

async function takenOver(job) {
	const { lena, tom, id } = job;
	const door = (page) => page.getByTestId("ticket-door").getAttribute("data-state");
	await lena
		.getByTestId("ticket-door")
		.getByRole("button", { name: /Übernehmen/ })
		.click();
	await lena.locator('[data-testid="ticket-door"][data-state="open"]').waitFor();
	// The other's page tells of it by itself, and stays shut.
	await tom
		.getByText(/(bei|with) Lena Brandt/)
		.filter({ visible: true })
		.first()
		.waitFor();
	assert.equal(await door(tom), "closed");
	job.ground = (await api(lena, "GET", `/tickets/${id}`)).access.ground_id;
	const { access } = await api(tom, "GET", `/tickets/${id}`);
	assert.notEqual(access.decision, "open", "nobody else's");
	const tried = await ask(tom, "POST", "/visits", {
		ground_id: job.ground,
		product: "panel",
		reason: { category: "performance", text: "Preise" },
	});
	assert.ok(tried.status >= 400, `another agent's visit on her ground: ${tried.status}`);
	job.tab = await openTicketProduct(lena);
	job.origin = new URL(job.tab.url()).origin;
	await job.tab.goto(`${job.origin}/servers`);
	await job.tab.getByText("kiln-telemetry").waitFor();
}

async function answered(job) {
	const { lena, arrival, first, way } = job;
	const composer = lena.getByTestId("composer");
	await composer
		.getByRole("textbox")
		.fill("Guten Tag Frau Oduya,\n\nbitte leeren Sie den Cache.\n");
	await lena.locator('input[type="file"]').first().setInputFiles(FILE);
	await composer.getByText(FILE.name).waitFor();
	await composer.getByRole("button", { name: `${FILE.name} entfernen` }).waitFor();
	await composer.getByRole("button", { name: "Senden", exact: true }).click();
	await composer.getByText("Gesendet.").waitFor();
	const letter = await arrival(MARTA, "the answer", (one) => one.text.includes("Cache"));
	assert.match(letter.subject, new RegExp(SUBJECT));
	assert.deepEqual(
		letter.files.map(({ name, bytes }) => [name, bytes.toString()]),
		[[FILE.name, FILE.buffer.toString()]],
	);
	assert.match(letter.field("from"), new RegExp(SUPPORT));
	assert.match(letter.html, /Cache/);
	assert.ok(letter.inReplyTo.length > 0 && letter.references.includes(first.id), "one thread");
	job.letter = letter;
	if (way === "lmtp") await picture(lena, "ticket-de", { folder: "manual", fullPage: true });
}

async function closed(job) {
	const { lena, id, tab } = job;
	await lena.getByRole("button", { name: "Schließen", exact: true }).click();
	await lena.getByRole("dialog").waitFor();
	const cut = tab.evaluate(async () => {
		const socket = new WebSocket(`ws://${location.host}/servers/srv-102/console/ws`);
		await new Promise((open) => (socket.onmessage = open));
		return new Promise((done) => (socket.onclose = () => done(Date.now())));
	});
	await tab.waitForTimeout(300);
	const pressed = lena.evaluate(
		() =>
			new Promise((done) => {
				addEventListener("click", () => done(Date.now()), { capture: true, once: true });
			}),
	);
	await lena.getByRole("dialog").getByText("Schließen", { exact: true }).last().click();
	const took = (await cut) - (await pressed);
	assert.ok(took < 1_000, `the session was cut ${took} ms after the press`);
	const ticket = await api(lena, "GET", `/tickets/${id}`);
	assert.equal(ticket.state, "closed");
	assert.notEqual(ticket.access.decision, "open");
}

async function reopened(job) {
	const { lena, tom, id, letter, write } = job;
	await write({
		from: `Marta Oduya <${MARTA}>`,
		subject: `Re: ${letter.subject}`,
		text: "Doch noch nicht, die Preise sind wieder da.\n\n> bitte leeren Sie den Cache.\n",
		reply: letter,
	});
	const ticket = await eventually(
		"it is open again",
		async () => {
			const ticket = await api(lena, "GET", `/tickets/${id}`);
			return ticket.state === "open" && ticket;
		},
		{ within: 20_000 },
	);
	assert.equal(ticket.assignee.username, "lena");
	assert.equal(ticket.access.ground_id, job.ground, "the same ground");
	assert.equal(ticket.messages.at(-1).proof, "proven");
	const other = await api(tom, "GET", `/tickets/${id}`);
	assert.notEqual(other.access.decision, "open");
	// Her page opens the door again by itself.
	await lena.locator('[data-testid="ticket-door"][data-state="open"]').waitFor();
	assert.equal(await tom.getByTestId("ticket-door").getAttribute("data-state"), "closed");
	const tab = await openTicketProduct(lena, "Die Preise sind wieder da");
	await tab.getByText("Nordlicht").first().waitFor();
}

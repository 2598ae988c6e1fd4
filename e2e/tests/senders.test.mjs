// Who is asking: from each address that is not a registered person's own, proven, a mail waits in
// quarantine. Staff see why in one line; the sender never learns whether an account exists (rules Z1 to Z5).
import assert from "node:assert/strict";
import { test } from "node:test";
import { profile } from "../lib/browser.mjs";
import { office, SUPPORT } from "../lib/mail/office.mjs";
import { skipMail } from "../lib/mail/tool.mjs";
import { picture } from "../lib/pictures.mjs";
import { eventually } from "../lib/poll.mjs";
import { api, signInStaff } from "../lib/steps.mjs";

const MARTA = "marta@oduya-ceramics.example";
const LOOK_ALIKE = "marta@oduya-cerarnics.example";
const SIRI = "siri@rosenquist.example";
const STRANGER = "joachim@somebody.example";

/** How each comes (signed or slipped in), and the code that staff must see first. */
const LETTERS = [
	{
		subject: "Bitte sofort freischalten",
		by: "write",
		from: `Marta Oduya <${LOOK_ALIKE}>`,
		why: "sender.look_alike",
		line: "Die Adresse sieht einer eingetragenen nur ähnlich.",
	},
	{
		subject: "Haben Sie ein Konto für uns?",
		by: "write",
		from: `Joachim Brehm <${STRANGER}>`,
		why: "sender.unregistered",
		line: "Diese Adresse ist bei keinem Kunden eingetragen.",
	},
	{
		subject: "Neues Passwort bitte",
		by: "slip",
		from: `Marta Oduya <${MARTA}>`,
		why: "sender.unproven",
		line: "Der Absender ist nicht bewiesen.",
	},
	{
		subject: "[ofen] Frage an alle",
		by: "write",
		from: `Marta Oduya <${MARTA}>`,
		sender: "ofen-bounces@somebody.example",
		headers: [
			["List-Id", "<ofen.somebody.example>"],
			["List-Post", "<mailto:ofen@somebody.example>"],
			["Precedence", "list"],
		],
		why: "mail.list",
		line: "Kam über eine Mailingliste.",
	},
	{
		subject: "Von uns an uns",
		by: "slip",
		from: `Nordlicht Support <${SUPPORT}>`,
		why: "sender.own_address",
		line: "Die Mail nennt eine unserer eigenen Adressen als Absender.",
	},
	{
		subject: "Abwesend bis Montag",
		by: "write",
		from: `Marta Oduya <${MARTA}>`,
		sender: "",
		headers: [
			["Auto-Submitted", "auto-replied"],
			["X-Auto-Response-Suppress", "All"],
		],
		why: "mail.automatic",
		line: "Automatische Antwort.",
	},
	{
		subject: "Glasuren im November",
		by: "write",
		from: "Glasurbrief <brief@newsletter.example>",
		headers: [
			["Precedence", "bulk"],
			["List-Unsubscribe", "<https://newsletter.example/ab>"],
		],
		why: "mail.bulk",
		line: "Massenmail.",
	},
];

const text = (subject) => `Guten Tag,\n\n${subject}.\nMein Kennwort lautet tontopf-77.\n`;

test("z3: whoever is not proven waits, and learns nothing", { skip: skipMail }, async (t) => {
	const { server, write, slip, letters, arrival, said } = await office(t);
	t.diagnostic(server.portal);
	const lena = (await profile(t, "lena")).page;
	await signInStaff(lena, server.portal);
	for (const letter of LETTERS) {
		const post = letter.by === "write" ? write : slip;
		await post({ ...letter, text: text(letter.subject) });
	}
	// The look-alike and the stranger try again: not a second answer within the day (control 46).
	await write({ from: LOOK_ALIKE, subject: "Noch einmal", text: "Hallo?\n" });
	await write({ from: STRANGER, subject: "Noch einmal", text: "Hallo?\n" });

	const waiting = await eventually(
		"all of them wait",
		async () => {
			const { items } = await api(lena, "GET", "/quarantine?limit=50");
			return items.length >= LETTERS.length + 2 && items;
		},
		{ within: 30_000 },
	).catch((error) => {
		throw new Error(`${error.message}\n${said()}`);
	});
	for (const { subject, why } of LETTERS) {
		const line = waiting.find((one) => one.subject === subject);
		assert.equal(line?.why[0], why, `${subject}: ${line?.why}`);
	}
	assert.equal(
		(await api(lena, "GET", "/tickets?state=all")).items.length,
		0,
		"no ticket came of any",
	);

	// Staff see each in one line, with the reason in words.
	await lena.goto(`${server.portal}/desk/quarantine`);
	const list = lena.getByTestId("quarantine").getByRole("listitem");
	for (const { subject, line } of LETTERS) {
		const row = list.filter({ hasText: subject });
		await row.waitFor();
		assert.ok((await row.innerText()).includes(line), `${line} in ${await row.innerText()}`);
	}
	await picture(lena, "quarantine-de", { folder: "manual", fullPage: true });

	const strangers = await arrival(STRANGER, "the neutral answer");
	const alike = await arrival(LOOK_ALIKE, "the neutral answer");
	const bare = (letter) => letter.text.replaceAll(/[\w.-]+@[\w.-]+/g, "…");
	assert.equal(bare(strangers), bare(alike), "one text for all");
	assert.equal(strangers.subject, alike.subject);
	for (const letter of [strangers, alike]) {
		assert.doesNotMatch(letter.raw, /Oduya Ceramics|tontopf|Konto für uns|freischalten/);
		assert.match(letter.field("auto-submitted"), /auto-replied|auto-generated/);
	}
	const asked = await arrival(MARTA, "the question whether it was her");
	assert.doesNotMatch(asked.text, /tontopf|Passwort/, "nothing of the sender's in it");
	// What is not to come cannot be waited for. But what was written before this one came before it.
	await slip({ from: SIRI, subject: "Nur eine Frage", text: "Hallo?\n" });
	await arrival(SIRI, "the question whether it was her");
	assert.equal(letters(MARTA).length, 1, "asked once");
	assert.equal(letters(STRANGER).length, 1, "answered once");
	assert.equal(letters(LOOK_ALIKE).length, 1, "answered once");
	assert.equal(letters("brief@newsletter.example").length, 0);
	assert.equal(letters(SUPPORT).length, 0);
});

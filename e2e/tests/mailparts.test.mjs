// The parts that the mail stories stand on: each does what a story needs of it, with real programs.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { dovecot, MAILBOX_PASSWORD } from "../lib/mail/dovecot.mjs";
import { send, write } from "../lib/mail/letter.mjs";
import { honestDomain, nameServer } from "../lib/mail/names.mjs";
import { postfix } from "../lib/mail/postfix.mjs";
import { checked, signer, signingKeys } from "../lib/mail/signer.mjs";
import { skipMail } from "../lib/mail/tool.mjs";
import { eventually } from "../lib/poll.mjs";

const DOMAIN = "oduya-ceramics.example";
const MARTA = `marta@${DOMAIN}`;
const SUPPORT = "support@nordlicht.example";

test("the name server says what the test wrote, and that nothing else is there", async (t) => {
	const keys = signingKeys();
	const { resolver } = await nameServer(t, honestDomain(DOMAIN, keys));
	const txt = async (name) => (await resolver.resolveTxt(name)).map((one) => one.join(""));
	assert.deepEqual(await txt(DOMAIN), ["v=spf1 ip4:127.0.0.1 -all"]);
	assert.deepEqual(await txt(`_dmarc.${DOMAIN}`), ["v=DMARC1; p=reject; adkim=r; aspf=r"]);
	assert.deepEqual(await txt(`mail._domainkey.${DOMAIN}`), [keys.record]);
	const [mx] = await resolver.resolveMx(DOMAIN);
	assert.equal(mx.exchange, `mx.${DOMAIN}`);
	assert.deepEqual(await resolver.resolve4(mx.exchange), ["127.0.0.1"]);
	for (const name of ["nobody.example", "example.net"]) {
		await assert.rejects(resolver.resolveTxt(name), { code: "ENOTFOUND" }, name);
	}
	await assert.rejects(resolver.resolveTxt(`mx.${DOMAIN}`), { code: "ENODATA" });
});

/** The first letter on its way: the customer's Postfix signs, the provider's puts it into a mailbox. */
async function postOffices(t) {
	const keys = signingKeys();
	const box = await dovecot(t);
	const milter = await signer(t, [DOMAIN], keys);
	const provider = await postfix(t, {
		host: "mx.nordlicht.example",
		domains: ["nordlicht.example"],
		ways: { "nordlicht.example": `lmtp:inet:127.0.0.1:${box.lmtp}` },
	});
	const customer = await postfix(t, {
		host: `mx.${DOMAIN}`,
		domains: [DOMAIN],
		ways: {
			[DOMAIN]: `lmtp:inet:127.0.0.1:${box.lmtp}`,
			"nordlicht.example": `smtp:[127.0.0.1]:${provider.port}`,
		},
		milter: milter.port,
	});
	return { keys, box, provider, customer };
}

test("a mail from the customer's Postfix arrives signed, and whole", {
	skip: skipMail,
}, async (t) => {
	const { keys, box, provider, customer } = await postOffices(t);
	const bytes = Buffer.from([...Array(4096).keys()].map((n) => n % 256));
	const message = write({
		from: `Marta Oduya <${MARTA}>`,
		to: SUPPORT,
		subject: "Der Brennofen antwortet nicht",
		text: "Guten Tag,\n\nseit heute früh: „keine Verbindung“.\n",
		files: [{ name: "ofen.bin", type: "application/octet-stream", bytes }],
	});
	await send(customer.submit, { sender: MARTA, recipient: SUPPORT, message });
	const letter = await box.arrival(SUPPORT, "the letter");
	assert.equal(letter.subject, "Der Brennofen antwortet nicht");
	assert.match(letter.text, /„keine Verbindung“/);
	assert.deepEqual(letter.files[0].bytes, bytes);
	assert.match(letter.field("dkim-signature"), new RegExp(`d=${DOMAIN};.*s=mail`));

	const good = await checked(t, DOMAIN, keys, letter.bytes);
	assert.ok(good.ok, `the signature holds: ${good.said}`);
	const changed = Buffer.from(
		letter.raw.replace("keine", "seine").replace("Brennofen", "Backofen"),
	);
	const bad = await checked(t, DOMAIN, keys, changed);
	assert.ok(!bad.ok, `the signature of a changed letter does not: ${bad.said}`);

	await assert.rejects(
		send(provider.port, { sender: MARTA, recipient: MARTA, message }),
		/454|550|554|Relay access denied/,
		"the provider's Postfix relays for nobody at its open door",
	);
});

test("the mailbox tells of a new letter while one waits", { skip: skipMail }, async (t) => {
	const box = await dovecot(t);
	const imap = connect(box.imap, "127.0.0.1");
	t.after(() => imap.destroy());
	let said = "";
	imap.on("data", (text) => (said += text));
	const told = (what) => eventually(`the mailbox says ${what}`, () => what.test(said));
	await told(/^\* OK/m);
	imap.write(`a LOGIN ${SUPPORT} ${MAILBOX_PASSWORD}\r\n`);
	await told(/^a OK/m);
	imap.write("b SELECT INBOX\r\n");
	await told(/^b OK/m);
	imap.write("c IDLE\r\n");
	await told(/^\+ idling/m);
	const message = write({ from: MARTA, to: SUPPORT, subject: "eins", text: "eins\n" });
	await send(box.lmtp, { sender: MARTA, recipient: SUPPORT, message, lmtp: true });
	await told(/^\* 1 EXISTS/m);
	imap.write("DONE\r\nd LOGOUT\r\n");
	await told(/^d OK/m);
});

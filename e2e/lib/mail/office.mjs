// The provider's office with real mail: a Pforte behind a mailbox (IMAP) or behind Postfix (LMTP), the
// customers' Postfix that signs what they write, mailboxes for their answers, and a name server that
// knows them all.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { person } from "../client.mjs";
import { eventually } from "../poll.mjs";
import { Demo, folder, freePort, freePorts, later } from "../server.mjs";
import { dovecot, MAILBOX_PASSWORD } from "./dovecot.mjs";
import { read, send, write } from "./letter.mjs";
import { honestDomain, nameServer } from "./names.mjs";
import { postfix } from "./postfix.mjs";
import { signer, signingKeys } from "./signer.mjs";

export const SUPPORT = "support@nordlicht.example";

/** Domains whose mail is signed: the customers', and some that are nobody's customer. */
const SIGNED = [
	"oduya-ceramics.example",
	"kaltenbach.example",
	"rosenquist.example",
	// One letter off: proven to be itself, and not the customer.
	"oduya-cerarnics.example",
	"newsletter.example",
	"somebody.example",
];

const CATALOGUE = join(import.meta.dirname, "../../../examples/panel/catalogue.toml");

function writeConfig(dir, port, parts) {
	const { names, provider, way, lmtp, box } = parts;
	const lines = [
		'catalogue = ["catalogue.toml"]',
		"[server]",
		`listen = "127.0.0.1:${port}"`,
		`public_url = "http://pforte.localhost:${port}"`,
		'data = "."',
		'secrets = "secrets.toml"',
		"[gateway]",
		`listen = "127.0.0.1:${port + 1}"`,
		`public_url = "http://gate.localhost:${port + 1}"`,
		"[mail.smtp]",
		'host = "127.0.0.1"',
		`port = ${provider.submit}`,
		"tls = false",
		"[mail.dns]",
		`server = "127.0.0.1:${names.port}"`,
		...(way === "lmtp" ? ["[mail.lmtp]", `listen = "127.0.0.1:${lmtp}"`] : []),
		"[[support]]",
		'provider = "nordlicht"',
		`address = "${SUPPORT}"`,
		'country = "DE"',
		"[support.check]",
		'how = "own"',
		...(way === "imap"
			? [
					"[support.imap]",
					'host = "127.0.0.1"',
					`port = ${box.imap}`,
					"tls = false",
					`user = "${SUPPORT}"`,
					'password_file = "mailbox-password"',
				]
			: []),
	];
	const path = join(dir, "pforte.toml");
	writeFileSync(path, `${lines.join("\n")}\n`);
	writeFileSync(join(dir, "mailbox-password"), `${MAILBOX_PASSWORD}\n`, { mode: 0o600 });
	const catalogue = readFileSync(CATALOGUE, "utf8").replaceAll(":7002", `:${port + 2}`);
	writeFileSync(join(dir, "catalogue.toml"), catalogue);
	return path;
}

/** A clock that a test can move: the server's, and the codes that staff sign in with. */
function movableClock(dir) {
	const path = join(dir, "ahead");
	let ahead = 0;
	writeFileSync(path, "0\n");
	return {
		path,
		now: () => Date.now() + ahead * 1000,
		/** Moves it ahead. */
		forward(seconds) {
			ahead += seconds;
			writeFileSync(path, `${ahead}\n`);
		},
	};
}

/** Starts all of it. `way` is how mail comes in: "lmtp" or "imap". */
export async function office(t, { way = "lmtp", name = "office" } = {}) {
	const dir = folder(t, name);
	const keys = signingKeys();
	const lmtp = await freePort();
	const records = [
		...SIGNED.flatMap((domain) => honestDomain(domain, keys)),
		...honestDomain("nordlicht.example"),
	];
	const [names, box, milter, port] = await Promise.all([
		nameServer(t, records),
		dovecot(t),
		signer(t, SIGNED, keys),
		freePorts(),
	]);
	const toBox = `lmtp:inet:127.0.0.1:${box.lmtp}`;
	const customersDoor = await freePort();
	const provider = await postfix(t, {
		host: "mx.nordlicht.example",
		domains: ["nordlicht.example"],
		ways: { "nordlicht.example": way === "lmtp" ? `lmtp:inet:127.0.0.1:${lmtp}` : toBox },
		otherwise: `smtp:[127.0.0.1]:${customersDoor}`,
	});
	const customers = await postfix(t, {
		host: "mx.oduya-ceramics.example",
		port: customersDoor,
		domains: [...SIGNED, "unsigned.example"],
		ways: { "nordlicht.example": `smtp:[127.0.0.1]:${provider.port}` },
		otherwise: toBox,
		milter: milter.port,
	});
	const clock = movableClock(dir);
	const config = writeConfig(dir, port, { names, provider, way, lmtp, box });
	const server = new Demo(dir, port, { config, env: { PFORTE_DEMO_CLOCK: clock.path } });
	await server.start();
	// The last of the sample people is there.
	await eventually("the sample people are there", () => person(server, "Siri Rosenquist"));
	later(t, () => server.stop());

	const said = () =>
		[server.program.said, provider.said(), customers.said(), box.said()].join("\n");
	const address = (from) => from.match(/<([^>]+)>/)?.[1] ?? from;
	const post = (port) => async (letter) => {
		const message = letter.message ?? write({ to: SUPPORT, at: clock.now(), ...letter });
		const sender = letter.sender ?? address(letter.from);
		await send(port, { sender, recipient: letter.recipient ?? SUPPORT, message });
		return read(Buffer.from(message));
	};
	return {
		server,
		clock,
		box,
		/** Sends a letter as the customers' mail programs do: their server signs it. Answers the letter. */
		write: post(customers.submit),
		/** Sends a letter from a machine of nobody's, unsigned, straight to the provider. */
		slip: post(provider.port),
		/** Waits for a letter in somebody's mailbox. */
		arrival: (...args) =>
			box.arrival(...args).catch((error) => {
				throw new Error(`${error.message}\n${said()}`);
			}),
		/** What lies in somebody's mailbox. */
		letters: box.letters,
		/** All that was said, to be shown when something fails. */
		said,
	};
}

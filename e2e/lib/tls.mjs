// A server under real-looking names over TLS, with the sample product beside it.
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { request } from "node:https";
import { join } from "node:path";
import { certify } from "./authority.mjs";
import { eventually } from "./poll.mjs";
import { folder, freePorts, later, Program, statusOf } from "./server.mjs";

export const PORTAL = "portal.pforte-support.example";
export const GATE = "gate-pforte.example";

const CATALOGUE = join(import.meta.dirname, "../../examples/panel/catalogue.toml");
const KEYS = "/.well-known/jwks.json";

/** Asks the portal over TLS, trusting only the test's authority. */
function ask(port, ca, path) {
	return new Promise((done, failed) => {
		const options = {
			host: "127.0.0.1",
			port,
			path,
			ca: readFileSync(ca),
			servername: PORTAL,
			headers: { host: PORTAL },
		};
		const asked = request(options, async (answer) => {
			const parts = [];
			for await (const part of answer) parts.push(part);
			done({ status: answer.statusCode, body: Buffer.concat(parts).toString() });
		});
		asked.on("error", failed);
		asked.end();
	});
}

/** The sample product reads keys over plain HTTP only: hands on the portal's. */
async function relayKeys(t, port, ca) {
	const server = createServer(async (_, answer) => {
		const keys = await ask(port, ca, KEYS);
		answer.writeHead(keys.status, { "content-type": "application/json" }).end(keys.body);
	});
	await new Promise((done) => server.listen(0, "127.0.0.1", done));
	later(t, () => server.close());
	return `http://127.0.0.1:${server.address().port}${KEYS}`;
}

function writeConfig(dir, port, { certificate, key }) {
	const tls = `certificate = "${certificate}"\nkey = "${key}"\n`;
	const text =
		`catalogue = ["catalogue.toml"]\n\n` +
		`[server]\nlisten = "127.0.0.1:${port}"\npublic_url = "https://${PORTAL}"\n${tls}` +
		`data = "data"\nsecrets = "secrets.toml"\n\n` +
		`[gateway]\nlisten = "127.0.0.1:${port + 1}"\npublic_url = "https://${GATE}"\n${tls}`;
	const path = join(dir, "pforte.toml");
	writeFileSync(path, text);
	const catalogue = readFileSync(CATALOGUE, "utf8").replaceAll(":7002", `:${port + 2}`);
	writeFileSync(join(dir, "catalogue.toml"), catalogue);
	return path;
}

/** Starts it all; `browserArgs` make Chromium find the names and trust the certificate. */
export async function tlsServer(t) {
	const dir = folder(t, "tls");
	const port = await freePorts();
	const made = certify(dir, [PORTAL, GATE, `*.${GATE}`]);
	const config = writeConfig(dir, port, made);
	const program = new Program("pforte", [
		"demo",
		"--people-only",
		"--config",
		config,
		"--data",
		join(dir, "data"),
	]);
	later(t, () => program.stop());
	await eventually("the portal answers over TLS", async () => {
		if (program.isOver) throw new Error(`it ended: ${program.said}`);
		return (await ask(port, made.ca, "/api/v1/sign-in")).status === 200;
	});
	const jwks = await relayKeys(t, port, made.ca);
	const product = ["--listen", `127.0.0.1:${port + 2}`, "--own-sign-in", "--audience", "panel"];
	const panel = new Program("panel", [
		...product,
		"--jwks-url",
		jwks,
		"--issuer",
		`https://${PORTAL}`,
	]);
	later(t, () => panel.stop("SIGINT"));
	await eventually(
		"the product answers",
		async () => (await statusOf(port + 2, "localhost", "/login")) === 200,
	);
	const rules = `MAP ${PORTAL} 127.0.0.1:${port}, MAP *.${GATE} 127.0.0.1:${port + 1}`;
	return {
		port,
		program,
		ca: made.ca,
		portal: `https://${PORTAL}`,
		browserArgs: [
			`--host-resolver-rules=${rules}`,
			`--ignore-certificate-errors-spki-list=${made.pin}`,
		],
	};
}

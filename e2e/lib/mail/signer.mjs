// OpenDKIM as the milter of a Postfix: signs what leaves a domain. And as the one who looks whether a
// message's signature holds.
import { execFile } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { answers, folder, freePort } from "../server.mjs";
import { started, tool } from "./tool.mjs";

const PACKAGE = "opendkim";
const QUIET = ["Syslog no", "Background no", "RequireSafeKeys no", "UMask 022"];

/** A domain's signing key, and the TXT record that tells the world of it. */
export function signingKeys({ selector = "mail", bits = 2048 } = {}) {
	const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: bits });
	const shared = publicKey.export({ type: "spki", format: "der" }).toString("base64");
	return {
		selector,
		pem: privateKey.export({ type: "pkcs8", format: "pem" }),
		shared,
		record: `v=DKIM1; k=rsa; p=${shared}`,
	};
}

/** Starts OpenDKIM, signing for these domains with one key; returns its port. */
export async function signer(t, domains, keys) {
	const dir = folder(t, "signer");
	const port = await freePort();
	const key = join(dir, "key.pem");
	writeFileSync(key, keys.pem, { mode: 0o600 });
	const path = join(dir, "opendkim.conf");
	const lines = [
		...QUIET,
		"Mode s",
		`Socket inet:${port}@127.0.0.1`,
		`Domain ${domains.join(",")}`,
		`Selector ${keys.selector}`,
		`KeyFile ${key}`,
		"Canonicalization relaxed/relaxed",
		"OversignHeaders From",
		"UserID root",
	];
	writeFileSync(path, `${lines.join("\n")}\n`);
	await started(t, tool("opendkim", PACKAGE), ["-f", "-x", path], () => answers(port));
	return { port };
}

/** What OpenDKIM says of a message's signature, with this key known and no other. */
export async function checked(t, domain, keys, message) {
	const dir = folder(t, "checked");
	const known = join(dir, "known");
	writeFileSync(known, `${keys.selector}._domainkey.${domain} ${keys.record}\n`);
	const path = join(dir, "opendkim.conf");
	writeFileSync(path, `${[...QUIET, "Mode v", `TestPublicKeys ${known}`].join("\n")}\n`);
	const file = join(dir, "message");
	writeFileSync(file, message);
	return new Promise((done) => {
		const args = ["-x", path, "-t", file];
		// It answers 0 for a signature that fails, too.
		execFile(tool("opendkim", PACKAGE), args, { timeout: 10_000 }, (_, out, err) => {
			const said = `${out}${err}`;
			done({ ok: / succeeded/.test(said) && !/ failed/.test(said), said });
		});
	});
}

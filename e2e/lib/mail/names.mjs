// A name server of the test's own (dnsmasq): what SPF, DKIM, DMARC and MX say is what the test writes.
import { Resolver } from "node:dns/promises";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { folder, freePort } from "../server.mjs";
import { started, tool } from "./tool.mjs";

/** A DNS string holds 255 bytes; longer texts are several in a row. */
const strings = (text) => text.match(/.{1,250}/g).map((one) => `"${one.replaceAll('"', '\\"')}"`);

const LINES = {
	txt: (name, text) => `txt-record=${name},${strings(text).join(",")}`,
	mx: (name, host) => `mx-host=${name},${host},10`,
	a: (name, address) => `host-record=${name},${address}`,
};

/**
 * Starts it with `records`: [kind, name, value], kind one of txt, mx and a. Any other name does not
 * exist. Returns its port.
 */
export async function nameServer(t, records) {
	const path = join(folder(t, "names"), "dnsmasq.conf");
	const port = await freePort();
	const fixed = [
		`port=${port}`,
		"listen-address=127.0.0.1",
		"bind-interfaces",
		"user=root",
		"no-resolv",
		"no-hosts",
		"no-poll",
		"no-negcache",
		"local=/#/",
		"host-record=up.test,127.0.0.1",
	];
	const said = records.map(([kind, name, value]) => LINES[kind](name, value));
	writeFileSync(path, `${[...fixed, ...said].join("\n")}\n`);
	const resolver = new Resolver({ timeout: 500, tries: 1 });
	resolver.setServers([`127.0.0.1:${port}`]);
	const args = ["--no-daemon", `--conf-file=${path}`, "--pid-file="];
	await started(t, tool("dnsmasq", "dnsmasq-base"), args, () =>
		resolver.resolve4("up.test").then((found) => found.length > 0),
	);
	return { port, resolver };
}

/**
 * The records of a domain whose mail comes from this machine only, signed with this key: aligned, and
 * with the wish that anything else be refused.
 */
export function honestDomain(domain, keys, { policy = "reject" } = {}) {
	return [
		["a", `mx.${domain}`, "127.0.0.1"],
		["mx", domain, `mx.${domain}`],
		["txt", domain, "v=spf1 ip4:127.0.0.1 -all"],
		["txt", `_dmarc.${domain}`, `v=DMARC1; p=${policy}; adkim=r; aspf=r`],
		...(keys ? [["txt", `${keys.selector}._domainkey.${domain}`, keys.record]] : []),
	];
}

// A Postfix of the test's own: configuration, queue and log in a folder that goes with the test.

import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { answers, folder, freePort } from "../server.mjs";
import { started, tool } from "./tool.mjs";

const QUEUES =
	"incoming active deferred bounce defer trace flush corrupt hold saved maildrop pid private public";

/** Name and number of processes of each service, none of them in a chroot. */
const SERVICES = [
	"cleanup unix n - n - 0 cleanup",
	"qmgr unix n - n 300 1 qmgr",
	"tlsmgr unix - - n 1000? 1 tlsmgr",
	"rewrite unix - - n - - trivial-rewrite",
	"bounce unix - - n - 0 bounce",
	"defer unix - - n - 0 bounce",
	"trace unix - - n - 0 bounce",
	"proxymap unix - - n - - proxymap",
	"smtp unix - - n - - smtp",
	"relay unix - - n - - smtp",
	"error unix - - n - - error",
	"retry unix - - n - - error",
	"discard unix - - n - - discard",
	"lmtp unix - - n - - lmtp",
	"anvil unix - - n - 1 anvil",
	"scache unix - - n - 1 scache",
	"postlog unix-dgram n - n - 1 postlogd",
];

function queueFolders(dir) {
	const queue = join(dir, "queue");
	const data = join(dir, "data");
	for (const one of [queue, data, ...QUEUES.split(" ").map((name) => join(queue, name))]) {
		mkdirSync(one, { recursive: true });
	}
	// Other users than root work in it.
	chmodSync(dir, 0o755);
	const owned = (group, mode, names) => {
		execFileSync("chown", [`postfix:${group}`, ...names]);
		for (const name of names) chmodSync(name, mode);
	};
	const own = ["maildrop", "public", "pid"];
	const inner = QUEUES.split(" ").filter((name) => !own.includes(name));
	owned("root", 0o700, [data, ...inner.map((name) => join(queue, name))]);
	owned("postdrop", 0o730, [join(queue, "maildrop")]);
	owned("postdrop", 0o710, [join(queue, "public")]);
	return { queue, data };
}

/**
 * Starts one. `host` is what it calls itself; `domains` are those it takes mail for from anybody;
 * `ways` says where a domain's mail goes ("lmtp:inet:127.0.0.1:2400", "smtp:[127.0.0.1]:2500"),
 * `otherwise` where any other's;
 * `milter` is a signer's port. Has two doors: `port` takes mail from strangers for its own domains,
 * `submit` takes mail for anybody.
 * `port` may be given, when another has to know it before.
 */
export async function postfix(t, { host, domains, ways, otherwise, milter, ...given }) {
	const dir = folder(t, "postfix");
	const { queue, data } = queueFolders(dir);
	const [port, submit] = [given.port ?? (await freePort()), await freePort()];
	const log = join(dir, "mail.log");
	const elsewhere = otherwise ?? "error:no such domain in this test";
	const table = Object.entries(ways).map(([domain, way]) => `{${domain}=${way}}`);
	const settings = {
		compatibility_level: "3.6",
		queue_directory: queue,
		data_directory: data,
		maillog_file: log,
		maillog_file_prefixes: dir,
		mail_owner: "postfix",
		myhostname: host,
		mydestination: "",
		local_recipient_maps: "",
		alias_maps: "",
		alias_database: "",
		inet_interfaces: "127.0.0.1",
		inet_protocols: "ipv4",
		mynetworks: "127.0.0.0/8",
		relay_domains: domains.join(" "),
		transport_maps: `inline:{ ${table.join(" ")} }`,
		relay_transport: elsewhere,
		default_transport: elsewhere,
		smtpd_relay_restrictions: "reject_unauth_destination",
		smtpd_tls_security_level: "none",
		smtp_tls_security_level: "none",
		smtp_dns_support_level: "disabled",
		smtp_host_lookup: "native",
		lmtp_host_lookup: "native",
		disable_dns_lookups: "yes",
		smtputf8_enable: "no",
		biff: "no",
		queue_run_delay: "1s",
		minimal_backoff_time: "1s",
		maximal_backoff_time: "1s",
		in_flow_delay: "0",
		message_size_limit: "120000000",
		...(milter
			? { smtpd_milters: `inet:127.0.0.1:${milter}`, milter_default_action: "tempfail" }
			: {}),
	};
	const lines = Object.entries(settings).map(([key, value]) => `${key} = ${value}`);
	writeFileSync(join(dir, "main.cf"), `${lines.join("\n")}\n`);
	const doors = [
		`127.0.0.1:${port} inet n - n - - smtpd`,
		`127.0.0.1:${submit} inet n - n - - smtpd -o smtpd_relay_restrictions=permit_mynetworks,reject`,
	];
	writeFileSync(join(dir, "master.cf"), `${[...doors, ...SERVICES].join("\n")}\n`);
	const said = () => (existsSync(log) ? readFileSync(log, "utf8") : "");
	const master = tool("master", "postfix");
	const up = async () => (await answers(port)) && (await answers(submit));
	await started(t, master, ["-c", dir, "-d"], up, said);
	return { port, submit, said };
}

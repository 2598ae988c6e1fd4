// A Dovecot of the test's own: mailboxes over IMAP, filled over LMTP. Every address has one.

import { execFileSync } from "node:child_process";
import {
	chmodSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { eventually } from "../poll.mjs";
import { answers, folder, freePort } from "../server.mjs";
import { read } from "./letter.mjs";
import { started, tool } from "./tool.mjs";

/** The password of every mailbox. */
export const MAILBOX_PASSWORD = "nur-fuer-diesen-test";

const config = ({ dir, imap, lmtp }) => `
base_dir = ${dir}/run
state_dir = ${dir}/run
log_path = ${dir}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
first_valid_uid = 1
mail_location = maildir:${dir}/mail/%d/%n
mailbox_list_index = no
auth_username_format = %Lu
lda_mailbox_autocreate = yes
submission_host =
passdb {
  driver = static
  args = password=${MAILBOX_PASSWORD}
}
userdb {
  driver = static
  args = uid=mail gid=mail home=${dir}/mail/%d/%n allow_all_users=yes
}
service imap-login {
  inet_listener imap {
    address = 127.0.0.1
    port = ${imap}
  }
  inet_listener imaps {
    port = 0
  }
}
service lmtp {
  inet_listener lmtp {
    address = 127.0.0.1
    port = ${lmtp}
  }
}
service stats {
  client_limit = 200
}
`;

/** Starts it; returns its ports, and a look into a mailbox. */
export async function dovecot(t) {
	const dir = folder(t, "dovecot");
	const [imap, lmtp] = [await freePort(), await freePort()];
	for (const name of ["run", "mail"]) mkdirSync(join(dir, name));
	chmodSync(dir, 0o755);
	execFileSync("chown", ["mail:mail", join(dir, "mail")]);
	const path = join(dir, "dovecot.conf");
	writeFileSync(path, config({ dir, imap, lmtp }));
	const log = join(dir, "dovecot.log");
	const said = () => (existsSync(log) ? readFileSync(log, "utf8") : "");
	const up = async () => (await answers(imap)) && (await answers(lmtp));
	tool("imap", "dovecot-imapd", ["/usr/lib/dovecot"]);
	tool("lmtp", "dovecot-lmtpd", ["/usr/lib/dovecot"]);
	await started(t, tool("dovecot", "dovecot-core"), ["-F", "-c", path], up, said);

	const letters = (address) => inMailbox(join(dir, "mail", ...address.split("@").reverse()));
	/** Waits for a letter that `wanted` says yes to. */
	const arrival = (address, what, wanted = () => true, options = {}) =>
		eventually(`${what} arrives at ${address}`, () => letters(address).find(wanted), {
			within: 20_000,
			...options,
		});
	return { imap, lmtp, letters, arrival, said };
}

/** All letters of a mailbox, oldest first, as it lies on disk. */
function inMailbox(dir) {
	const files = ["new", "cur"].flatMap((name) => {
		const at = join(dir, name);
		return existsSync(at) ? readdirSync(at).map((file) => join(at, file)) : [];
	});
	const byName = (a, b) => (a.split("/").at(-1) < b.split("/").at(-1) ? -1 : 1);
	return files.sort(byName).flatMap((path) => {
		try {
			return [read(readFileSync(path))];
		} catch (error) {
			// It moved from new to cur in between.
			if (error.code === "ENOENT") return [];
			throw error;
		}
	});
}

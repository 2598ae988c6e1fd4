// Programs of others that a mail's way leads through: Debian's, with files and ports of our own, so that
// no instance of the system's is touched.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { eventually } from "../poll.mjs";
import { later, Program } from "../server.mjs";

/** Postfix and Dovecot hand work to users of their own: only root can start them. */
export const skipMail =
	process.getuid() === 0 ? false : "Postfix and Dovecot can only be started by root";

const FOLDERS = [
	...(process.env.PATH ?? "").split(delimiter),
	"/usr/sbin",
	"/usr/local/sbin",
	"/usr/lib/postfix/sbin",
];

/** Where a program lies; says which package is missing. */
export function tool(name, debian, folders = FOLDERS) {
	for (const folder of folders) {
		const path = join(folder, name);
		try {
			accessSync(path, constants.X_OK);
			return path;
		} catch {
			// Not there.
		}
	}
	throw new Error(`${name} is missing (Debian: ${debian}); scripts/install test installs it`);
}

/** Starts a program in the foreground and waits until `up`; it is stopped after the test. */
export async function started(t, path, args, up, said = () => "") {
	const program = new Program(path, args);
	later(t, () => program.stop());
	await eventually(
		`${path} is up`,
		() => {
			if (program.isOver) throw new Error(`it ended: ${program.said}${said()}`);
			return up(program);
		},
		{ within: 15_000, every: 20 },
	);
	return program;
}

// Files of the product have at most 400 lines, functions in Rust at most 70. Tests and what is generated do not count.
// What was longer when the limit came is listed with its size: it may only shrink, and leaves the list once it fits.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const FILE = 400;
const FUNCTION = 70;

const LONGER = {
	"crates/gateway/src/pages/words.rs": 436,
	"crates/server/src/door/end.rs": 500,
	"crates/server/src/door/permit.rs": 446,
	"crates/server/src/ticket/write.rs": 466,
	"crates/store/src/contact.rs": 423,
	"crates/gateway/src/pages/words.rs shut": 106,
	"crates/gateway/src/pages/words.rs own": 137,
	"crates/server/src/api.rs addresses": 110,
	"crates/server/src/visit/mod.rs open": 106,
};

/** The functions of a Rust file and how many lines of code each has; rustfmt says where they end. */
function functions(text) {
	const lines = text.split("\n");
	const found = [];
	lines.forEach((line, begin) => {
		const head = /^(\s*)(?:pub(?:\([^)]*\))? )?(?:const |async )*fn (\w+)/.exec(line);
		if (!head) return;
		const open = lines.findIndex((one, at) => at >= begin && /[{;}]$/.test(one));
		if (open < 0 || !lines[open].endsWith("{")) return;
		const end = lines.findIndex((one, at) => at > open && one === `${head[1]}}`);
		const code = lines.slice(open + 1, end).filter((one) => one.trim() && !one.trim().startsWith("//"));
		found.push({ name: head[2], lines: code.length });
	});
	return found;
}

/** The product's part of a file. */
const withoutTests = (text) => text.split("#[cfg(test)]\nmod tests {")[0];

const files = execFileSync("git", ["ls-files", "crates", "examples", "web/src"], { encoding: "utf8" })
	.split("\n")
	.filter((file) => /\/src\/.*\.(rs|tsx?)$/.test(file) && !/(^|\/)tests(\/|\.rs$)|schema\.d\.ts$/.test(file));
if (files.length < 400) throw new Error(`only ${files.length} files were found`);

const faults = [];
const seen = new Set();
function look(name, lines, limit) {
	const known = LONGER[name];
	if (known !== undefined) seen.add(name);
	if (known !== undefined && lines <= limit) faults.push(`${name} has ${lines} lines now: take it off the list`);
	else if (lines > (known ?? limit)) faults.push(`${name} has ${lines} lines, at most ${known ?? limit}: look for the seam`);
}
for (const file of files) {
	const text = readFileSync(file, "utf8");
	look(file, text.split("\n").length - 1, FILE);
	if (file.endsWith(".rs")) {
		for (const { name, lines } of functions(withoutTests(text))) {
			const full = `${file} ${name}`;
			if (lines > FUNCTION || LONGER[full] !== undefined) look(full, lines, FUNCTION);
		}
	}
}
for (const name of Object.keys(LONGER)) {
	if (!seen.has(name)) faults.push(`${name} is no more: take it off the list`);
}
if (faults.length) {
	console.error(faults.join("\n"));
	process.exit(1);
}
console.log(`${files.length} files and their functions fit.`);

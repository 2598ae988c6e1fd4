// What may be built on: licences of every crate and package, and crates that must not come in.
// The advisory database cannot be asked offline; what is known is recorded here, with its reason.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const ALLOWED = new Set([
  "MIT", "MIT-0", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause", "ISC", "Zlib",
  "0BSD", "MPL-2.0", "Unicode-3.0", "Unicode-DFS-2016", "CDLA-Permissive-2.0", "CC0-1.0", "CC-BY-4.0", "Unlicense",
  "BSL-1.0", "OFL-1.1", "BlueOak-1.0.0", "Python-2.0", "OpenSSL",
]);

// One TLS and one cryptography library (aws-lc-rs), no C library of the system's.
const BANNED = new Map([
  ["openssl-sys", "TLS comes from rustls"],
  ["native-tls", "TLS comes from rustls"],
  ["ring", "cryptography comes from aws-lc-rs"],
]);

// Known and accepted: [crate, advisory, why].
const KNOWN = [["rsa", "RUSTSEC-2023-0071", "only verifies; the attack needs private keys"]];

/** Whether a licence expression can be met with allowed licences alone. */
function allowed(expression) {
  const text = expression.replaceAll("/", " OR ");
  return text.split(/\s+OR\s+/).some((part) =>
    part
      .replace(/[()]/g, "")
      .split(/\s+AND\s+/)
      .every((one) => ALLOWED.has(one.trim())),
  );
}

const problems = [];
const metadata = JSON.parse(
  execFileSync("cargo", ["metadata", "--locked", "--format-version", "1"], { maxBuffer: 1 << 28 }),
);
const inUse = new Set(
  execFileSync("cargo", ["tree", "--locked", "--workspace", "-e", "normal,build", "--prefix", "none", "-f", "{p}"], {
    maxBuffer: 1 << 28,
  })
    .toString()
    .split("\n")
    .map((line) => line.split(" ")[0]),
);
for (const crate of metadata.packages) {
  if (!crate.license ? !crate.license_file : !allowed(crate.license)) {
    problems.push(`crate ${crate.name} ${crate.version}: licence ${crate.license ?? "not named"}`);
  }
  if (BANNED.has(crate.name) && inUse.has(crate.name)) {
    problems.push(`crate ${crate.name}: ${BANNED.get(crate.name)}`);
  }
}
for (const folder of ["web", "e2e"]) {
  const lock = JSON.parse(readFileSync(new URL(`../${folder}/package-lock.json`, import.meta.url)));
  for (const [path, one] of Object.entries(lock.packages)) {
    if (!path || one.link) continue;
    const licence = typeof one.license === "string" ? one.license : "";
    if (!allowed(licence)) problems.push(`package ${folder}/${path}: licence ${licence || "not named"}`);
  }
}
for (const [crate, advisory, why] of KNOWN) {
  if (inUse.has(crate)) console.log(`known: ${advisory} in ${crate} (${why})`);
}
if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exit(1);
}
console.log(`${metadata.packages.length} crates and both package locks: licences and bans are fine`);

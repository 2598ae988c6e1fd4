// Mail to ticket: letters handed over by LMTP, senders checked against a local name server, attachments
// stored; one at a time and 8 at once, and memory while a letter of 50 MB comes in. Use: node bench/mail.mjs
// PROGRAM FILL

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { honestDomain, nameServer } from "../e2e/lib/mail/names.mjs";
import { deliver, letter, signed, signingKeys } from "./lib/letters.mjs";
import { startRt } from "./lib/rt.mjs";
import { call, freePort, residentMiB, signIn, startServer, stopServer } from "./lib/server.mjs";

const [program, fill] = process.argv.slice(2);
if (!fill) throw new Error("name the programs: node bench/mail.mjs target/release/pforte target/release/fill");
const LETTERS = Number(process.env.LETTERS ?? 400);
const RT_LETTERS = Number(process.env.RT_LETTERS ?? 40);
const FILE_BYTES = 64 * 1024;
const LARGE_BYTES = 50 * 1000 * 1000;
const PRODUCT = "http://127.0.0.1:9";
const SUPPORT = "support@nordlicht.example";

const shown = (number, digits = 1) => number.toFixed(digits);

/** What the parts of the browser tests clean up with. */
const cleaning = [];
const t = { after: (work) => cleaning.push(work) };

const config = (lmtp, names) => `
[mail.lmtp]
listen = "127.0.0.1:${lmtp}"
[mail.dns]
server = "127.0.0.1:${names}"
[attachments]
max_bytes = 60000000
[[support]]
provider = "nordlicht"
address = "${SUPPORT}"
[support.check]
how = "own"
`;

/** A server that knows as many customers as letters are sent, each with a domain of its own. */
async function ready(keys) {
  const people = LETTERS * 2 + 2;
  const records = Array.from({ length: people }, (_, n) => honestDomain(`c${n}.example`, keys)).flat();
  const [names, lmtp] = [await nameServer(t, records), await freePort()];
  const more = config(lmtp, names.port);
  const first = await startServer(program, PRODUCT, { more });
  await stopServer(first, { keep: true });
  execFileSync(fill, [join(first.folder, "data/pforte.db"), "customers", String(people)], { stdio: "ignore" });
  const server = await startServer(program, PRODUCT, { more, folder: first.folder });
  return { server, lmtp };
}

const from = (n) => `person@c${n}.example`;
const write = (n, keys, bytes = FILE_BYTES) => signed(letter(from(n), SUPPORT, bytes), keys);

/** How many letters a second `hand` takes, `atOnce` of them at a time. */
async function rate(letters, atOnce, hand) {
  const waiting = [...letters];
  const began = performance.now();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) await hand(next);
    }),
  );
  return letters.length / ((performance.now() - began) / 1000);
}

/** How many tickets there are, by the highest number; and what waits in quarantine. */
async function counted(server) {
  const { agent } = await signIn(server);
  // Those that came in at the same time are numbered in the order in which they were written.
  const newest = await call(server, "GET", "/api/v1/tickets?state=all&sort=newest&limit=50", undefined, agent);
  const held = await call(server, "GET", "/api/v1/quarantine?limit=1", undefined, agent);
  const numbers = newest.body.items.map((ticket) => ticket.number - 1000);
  return { tickets: Math.max(0, ...numbers), held: held.body.items };
}

function peakMiB(server) {
  const status = readFileSync(`/proc/${server.child.pid}/status`, "utf8");
  return Number(/VmHWM:\s+(\d+)/.exec(status)[1]) / 1024;
}

async function ours() {
  const keys = signingKeys();
  const { server, lmtp } = await ready(keys);
  try {
    const rates = {};
    for (const [round, atOnce] of [1, 8].entries()) {
      const letters = Array.from({ length: LETTERS }, (_, n) => n + round * LETTERS).map((n) => [from(n), write(n, keys)]);
      rates[atOnce] = await rate(letters, atOnce, ([sender, text]) => deliver(lmtp, sender, SUPPORT, text));
    }
    const { tickets, held } = await counted(server);
    if (tickets !== LETTERS * 2) {
      throw new Error(`${LETTERS * 2} letters became ${tickets} tickets; in quarantine: ${JSON.stringify(held)}`);
    }
    const before = residentMiB(server);
    // From here on the peak is counted anew.
    writeFileSync(`/proc/${server.child.pid}/clear_refs`, "5");
    const n = LETTERS * 2;
    // In the letter 3 bytes are 4.
    await deliver(lmtp, from(n), SUPPORT, write(n, keys, Math.floor((LARGE_BYTES * 3) / 4.11)));
    const peak = peakMiB(server);
    if ((await counted(server)).tickets !== n + 1) throw new Error("the large letter became no ticket");
    return { rates, before, peak };
  } finally {
    await stopServer(server);
  }
}

async function theirs() {
  const rt = await startRt();
  if (!rt) return null;
  try {
    const keys = signingKeys();
    const rates = {};
    // Each of its processes compiles its pages at the first letter.
    await rate(Array.from({ length: 16 }, (_, n) => write(n, keys)), 8, (text) => rt.deliver(text));
    for (const atOnce of [1, 8]) {
      const letters = Array.from({ length: RT_LETTERS }, (_, n) => write(n, keys));
      rates[atOnce] = await rate(letters, atOnce, (text) => rt.deliver(text));
    }
    const [sent, tickets] = [16 + RT_LETTERS * 2, rt.tickets()];
    if (tickets < sent) console.log(`Request Tracker made ${tickets} tickets of ${sent} letters`);
    return rates;
  } finally {
    await rt.stop();
  }
}

try {
  const { rates, before, peak } = await ours();
  const rt = await theirs();
  console.log(`\nmail to ticket, each letter 2 KiB of text and a file of ${FILE_BYTES / 1024} KiB, DKIM, SPF and DMARC looked up:`);
  console.log("at once   letters/s   Request Tracker   times");
  for (const atOnce of [1, 8]) {
    const other = rt ? [shown(rt[atOnce]), shown(rates[atOnce] / rt[atOnce], 0)] : ["not here", ""];
    const row = [String(atOnce).padStart(7), shown(rates[atOnce], 0).padStart(12), other[0].padStart(18), other[1].padStart(8)];
    console.log(row.join(""));
  }
  console.log(`resident before a letter of 50 MB: ${shown(before)} MiB; at most while it came in: ${shown(peak)} MiB`);
} finally {
  while (cleaning.length > 0) await cleaning.pop()();
}

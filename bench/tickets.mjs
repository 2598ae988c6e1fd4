// A queue page, a ticket of 200 messages and a search among 1,000,000 tickets, on both databases, timed at the
// API. Use: node bench/tickets.mjs PROGRAM FILL

import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";

import { quantile } from "./lib/peers.mjs";
import { copyTickets, settlePostgres, startPostgres, stopPostgres } from "./lib/postgres.mjs";
import { call, residentMiB, signIn, startServer, stopServer } from "./lib/server.mjs";

const [program, fill] = process.argv.slice(2);
if (!fill) throw new Error("name the programs: node bench/tickets.mjs target/release/pforte target/release/fill");
const TICKETS = Number(process.env.TICKETS ?? 1_000_000);
const CUSTOMERS = Number(process.env.CUSTOMERS ?? 1000);
const TIMES = Number(process.env.TIMES ?? 400);
const PRODUCT = "http://127.0.0.1:9";

const shown = (number) => number.toFixed(1).padStart(8);

/** Words of the filled texts, by how often they stand there; and the question that a person types. */
const QUESTIONS = {
  "a search, a common word": "rechnung",
  "a search, a rare word": "stukuda",
  "a search, two words": "rechnung bababa",
  "a search, typed half": "stuk",
  "a search, half a common word": "rechn",
};

/** Where things are asked. */
async function addresses(server, agent) {
  const { body } = await call(server, "GET", "/api/v1/tickets?state=all&q=1001", undefined, agent);
  const long = body.items.find((one) => one.number === 1001);
  if (!long) throw new Error(`the ticket of 200 messages is not found: ${JSON.stringify(body).slice(0, 300)}`);
  const found = Object.entries(QUESTIONS).map(([name, q]) => [name, `/api/v1/tickets?state=all&q=${encodeURIComponent(q)}`]);
  return {
    "a queue page": "/api/v1/tickets",
    "a queue page, mine": "/api/v1/tickets?assignee=me",
    "the counts": "/api/v1/tickets/counts",
    "a customer's tickets": `/api/v1/tickets?state=all&customer=${long.customer.id}`,
    "a ticket of 200 messages": `/api/v1/tickets/${long.id}`,
    ...Object.fromEntries(found),
  };
}

async function timed(server, agent, path) {
  const took = [];
  let answer;
  for (let n = 0; n < TIMES + 20; n += 1) {
    const began = performance.now();
    answer = await call(server, "GET", path, undefined, agent);
    // The first ones find caches empty.
    if (n >= 20) took.push(performance.now() - began);
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  }
  const many = answer.body.items?.length ?? answer.body.messages?.length ?? "";
  return { p50: quantile(took, 0.5), p99: quantile(took, 0.99), many };
}

/** As many are written through the store; on PostgreSQL the rest are copies of theirs. */
const WRITTEN = 100_000;

async function measured(name, postgres) {
  const url = postgres?.url;
  const more = url ? `[database]\nurl = "${url}"\n` : "";
  const first = await startServer(program, PRODUCT, { more });
  await stopServer(first, { keep: true });
  const database = url ?? join(first.folder, "data/pforte.db");
  const began = performance.now();
  for (const [what, count] of [["customers", CUSTOMERS], ["tickets", postgres ? Math.min(TICKETS, WRITTEN) : TICKETS]]) {
    execFileSync(fill, [database, what, String(count)], { stdio: ["ignore", "ignore", "inherit"] });
  }
  if (postgres) copyTickets(postgres, TICKETS);
  const seconds = (performance.now() - began) / 1000;
  if (postgres) settlePostgres(postgres);
  const size = url ? "" : `, ${(statSync(database).size / 2 ** 20).toFixed(0)} MiB`;
  console.log(`\n${TICKETS} tickets on ${name} (filled in ${seconds.toFixed(0)} s${size}), ms at the API:`);
  const server = await startServer(program, PRODUCT, { more, folder: first.folder });
  try {
    const { agent } = await signIn(server);
    console.log(`${"".padEnd(28)}     p50     p99   rows`);
    for (const [what, path] of Object.entries(await addresses(server, agent))) {
      const { p50, p99, many } = await timed(server, agent, path);
      console.log(`${what.padEnd(28)}${shown(p50)}${shown(p99)}${String(many).padStart(7)}`);
    }
    console.log(`resident: ${residentMiB(server).toFixed(0)} MiB`);
  } finally {
    await stopServer(server);
  }
}

const which = process.env.DATABASES ?? "sqlite postgres";
if (which.includes("sqlite")) await measured("SQLite");
if (which.includes("postgres")) {
  const postgres = await startPostgres();
  try {
    await measured("PostgreSQL", postgres);
  } finally {
    stopPostgres(postgres);
  }
}

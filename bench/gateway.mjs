// The gateway against nginx, the cut, start-up and memory. Use: node bench/gateway.mjs PROGRAM

import http from "node:http";
import os from "node:os";

import { fdatasyncMillis, quantile, startNginx, stopNginx, wrk } from "./lib/peers.mjs";
import { call, openSession, residentMiB, signIn, startServer, stopServer } from "./lib/server.mjs";

const program = process.argv[2];
if (!program) throw new Error("name the program: node bench/gateway.mjs target/release/pforte");
const ROUNDS = Number(process.env.ROUNDS ?? 5);
const SECONDS = Number(process.env.SECONDS_EACH ?? 4);
const SESSIONS = Number(process.env.SESSIONS ?? 1000);

const shown = (number, digits = 2) => number.toFixed(digits);
const median = (rounds, key) => quantile(rounds.map((round) => round[key]), 0.5);

async function speed() {
  const nginx = await startNginx();
  const server = await startServer(program, `http://127.0.0.1:${nginx.upstream}`);
  try {
    const session = await openSession(server, await signIn(server));
    const headers = [`Host: ${session.host}`, `Cookie: ${session.cookie}`];
    const sync = fdatasyncMillis(server.folder);
    console.log(`one fdatasync of 4 KiB: ${shown(sync)} ms (median)\n`);
    console.log("connections  server              requests/s    p50 ms    p99 ms   to auth_request   to proxy_pass");
    for (const connections of [1, 16, 64]) {
      const peers = {
        "upstream alone": () => wrk(nginx.upstream, connections, SECONDS),
        "nginx proxy_pass": () => wrk(nginx.plain, connections, SECONDS),
        "nginx auth_request": () => wrk(nginx.asking, connections, SECONDS),
        pforte: () => wrk(server.gateway, connections, SECONDS, headers),
      };
      const rounds = Object.fromEntries(Object.keys(peers).map((name) => [name, []]));
      for (let round = 0; round < ROUNDS; round += 1) {
        for (const [name, measure] of Object.entries(peers)) rounds[name].push(await measure());
      }
      const rate = (name) => median(rounds[name], "rate");
      for (const name of Object.keys(peers)) {
        const row = [
          String(connections).padStart(11),
          `  ${name.padEnd(18)}`,
          shown(rate(name), 0).padStart(12),
          shown(median(rounds[name], "p50")).padStart(10),
          shown(median(rounds[name], "p99")).padStart(10),
          shown(rate(name) / rate("nginx auth_request")).padStart(18),
          shown(rate(name) / rate("nginx proxy_pass")).padStart(16),
        ];
        console.log(row.join(""));
      }
      if (connections === 1) {
        const added = median(rounds.pforte, "p50") - median(rounds["upstream alone"], "p50");
        console.log(`             added by pforte at 1 connection: ${shown(added)} ms = ${shown(added / sync)} fdatasyncs`);
      }
    }
  } finally {
    await stopServer(server);
    await stopNginx(nginx);
  }
}

/** An upstream that never ends its answers. */
async function endless() {
  const open = new Set();
  const upstream = http.createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/plain" });
    response.write("begun\n");
    open.add(response);
    response.on("close", () => open.delete(response));
  });
  const beat = setInterval(() => open.forEach((response) => response.write("still here\n")), 1000);
  await new Promise((resolve) => upstream.listen(0, "127.0.0.1", resolve));
  return {
    port: upstream.address().port,
    close: () => {
      clearInterval(beat);
      upstream.closeAllConnections();
      upstream.close();
    },
  };
}

/** Opens a session's endless stream; `cut` resolves when it ends. */
function stream(server, session) {
  return new Promise((resolve, reject) => {
    http
      .get({
        host: "127.0.0.1", port: server.gateway, path: "/stream", agent: false,
        headers: { host: session.host, cookie: session.cookie },
      })
      .on("response", (response) => {
        const cut = new Promise((done) => {
          response.on("close", () => done(performance.now()));
          response.on("error", () => {});
        });
        response.once("data", () => resolve({ cut }));
      })
      .on("error", reject);
  });
}

async function cutAndSize() {
  const upstream = await endless();
  const server = await startServer(program, `http://127.0.0.1:${upstream.port}`);
  try {
    console.log(`\nstart-up to the first answer, sample people made on the way: ${shown(server.startMillis, 0)} ms`);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    console.log(`resident at rest: ${shown(residentMiB(server), 1)} MiB`);
    const people = await signIn(server);
    const sessions = [];
    for (let n = 0; n < SESSIONS; n += 1) {
      const session = await openSession(server, people);
      sessions.push({ ...session, ...(await stream(server, session)) });
    }
    console.log(`resident with ${SESSIONS} open sessions, each with a stream: ${shown(residentMiB(server), 1)} MiB`);
    const seen = [];
    const told = [];
    for (const session of sessions) {
      const began = performance.now();
      const ended = call(server, "POST", `/api/v1/grounds/${session.ground}/end`, {}, people.customer);
      seen.push((await session.cut) - began);
      told.push((await ended).body.cut_millis);
    }
    console.log(
      `from End now to the cut, seen from outside, over ${SESSIONS} sessions: ` +
        `p50 ${shown(quantile(seen, 0.5))} ms, p99 ${shown(quantile(seen, 0.99))} ms, most ${shown(quantile(seen, 1))} ms ` +
        `(told on the page: at most ${Math.max(...told)} ms)`,
    );
  } finally {
    await stopServer(server);
    upstream.close();
  }
}

console.log(`${os.cpus().length} processors, ${os.cpus()[0].model}; ${ROUNDS} rounds of ${SECONDS} s each\n`);
await speed();
await cutAndSize();

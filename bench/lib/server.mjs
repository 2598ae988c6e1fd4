// Starts a Pforte server in demo mode on free ports, with one product that lies at `upstream`.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A port that is free now. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

const catalogue = (upstream) => `
[[product]]
id = "panel"
name = "Bench"
upstream = "${upstream}"
[product.identity]
user = "X-User"
staff = "X-Staff"
token = "X-Token"
[[product.route]]
method = "GET"
path = "/**"
area = "all"
action = "view"
class = "product"
`;

/** Starts a server; resolves once it answers. `more` is further configuration, `given` a folder to go on in. */
export async function startServer(program, upstream, { more = "", folder: given } = {}) {
  const folder = given ?? mkdtempSync(join(process.env.BENCH_DIR ?? tmpdir(), "pforte-bench-"));
  const [portal, gateway] = [await freePort(), await freePort()];
  writeFileSync(join(folder, "catalogue.toml"), catalogue(upstream));
  writeFileSync(
    join(folder, "pforte.toml"),
    `catalogue = ["catalogue.toml"]
[server]
listen = "127.0.0.1:${portal}"
public_url = "http://pforte.localhost:${portal}"
data = "data"
secrets = "secrets.toml"
[gateway]
listen = "127.0.0.1:${gateway}"
public_url = "http://gate.localhost:${gateway}"
${more}`,
  );
  const began = performance.now();
  const child = spawn(program, ["demo", "--people-only", "--data", folder, "--config", join(folder, "pforte.toml")], {
    stdio: ["ignore", "ignore", "ignore"],
    env: { ...process.env, PFORTE_LOG: "error" },
  });
  const server = { folder, portal, gateway, child, origin: `http://pforte.localhost:${portal}` };
  for (;;) {
    const up = await call(server, "GET", "/api/v1/sign-in").catch(() => null);
    if (up?.status === 200 && up.body.demo?.length > 6) break;
    if (child.exitCode !== null) throw new Error("the server ended; run it by hand to see why");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  server.startMillis = performance.now() - began;
  return server;
}

/** Ends the server and removes what it wrote, unless that is to be kept. */
export async function stopServer(server, { keep = false } = {}) {
  const gone = new Promise((resolve) => server.child.once("exit", resolve));
  server.child.kill("SIGTERM");
  await gone;
  if (!keep) rmSync(server.folder, { recursive: true, force: true });
}

/** Resident memory in MiB. */
export function residentMiB(server) {
  const status = readFileSync(`/proc/${server.child.pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1024;
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });

/** One call of the API. */
export function call(server, method, path, body, cookie) {
  return new Promise((resolve, reject) => {
    const headers = { host: `pforte.localhost:${server.portal}`, origin: server.origin };
    if (cookie) headers.cookie = `__Host-pforte=${cookie}`;
    const payload = body === undefined ? undefined : JSON.stringify(body);
    if (payload !== undefined) headers["content-type"] = "application/json";
    const request = http.request(
      { host: "127.0.0.1", port: server.portal, method, path, headers, agent },
      (response) => {
        const chunks = [];
        response.on("data", (chunk) => chunks.push(chunk));
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString();
          const set = response.headers["set-cookie"]?.join(";") ?? "";
          resolve({
            status: response.statusCode,
            body: text.startsWith("{") || text.startsWith("[") ? JSON.parse(text) : text,
            cookie: /__Host-pforte=([^;]+)/.exec(set)?.[1],
          });
        });
      },
    );
    request.on("error", reject);
    request.end(payload);
  });
}

/** Signs the sample customer and the sample agent in. */
export async function signIn(server) {
  const { body } = await call(server, "GET", "/api/v1/sign-in");
  const by = async (name) => {
    const { id } = body.demo.find((person) => person.name === name);
    return (await call(server, "POST", "/api/v1/sign-in/demo", { person: id })).cookie;
  };
  const people = { customer: await by("Marta Oduya"), agent: await by("Lena Brandt") };
  const found = await call(server, "GET", "/api/v1/customers?q=10001", undefined, people.agent);
  const [customer] = found.body.items;
  people.customerId = customer.id;
  people.contactId = customer.contacts.find((contact) => contact.name === "Marta Oduya").id;
  return people;
}

/** Redeems a PIN and opens the product: a session with its host and cookie. */
export async function openSession(server, people) {
  const { body: pin } = await call(server, "POST", "/api/v1/pin", {}, people.customer);
  const { body: ground, status } = await call(
    server,
    "POST",
    "/api/v1/pin/redeem",
    {
      customer_id: people.customerId,
      contact_id: people.contactId,
      digits: pin.digits,
      reason: { category: "performance", text: "bench" },
      record: { channel: "phone", from: "+49 30 23125100", note: null },
    },
    people.agent,
  );
  if (status !== 200) throw new Error(`the PIN was not taken: ${JSON.stringify(ground)}`);
  const opened = await call(server, "POST", "/api/v1/visits", { ground_id: ground.id, product: "panel" }, people.agent);
  const url = new URL(opened.body.url);
  const cookie = await new Promise((resolve, reject) => {
    http
      .get({ host: "127.0.0.1", port: server.gateway, path: url.pathname + url.search, headers: { host: url.host } })
      .on("response", (response) => {
        response.resume();
        resolve(/__Host-pforte-visit=([^;]+)/.exec(response.headers["set-cookie"].join(";"))[1]);
      })
      .on("error", reject);
  });
  return { ground: ground.id, host: url.host, cookie: `__Host-pforte-visit=${cookie}` };
}

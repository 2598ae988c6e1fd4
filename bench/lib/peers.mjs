// nginx as the peer, wrk as the load, fdatasync as the yardstick.

import { execFile, spawn } from "node:child_process";
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { freePort } from "./server.mjs";

const run = promisify(execFile);

/** Starts nginx: an upstream, `proxy_pass` alone, and `proxy_pass` behind `auth_request`. */
export async function startNginx() {
  const folder = mkdtempSync(join(tmpdir(), "pforte-nginx-"));
  const [upstream, plain, asking, auth] = [await freePort(), await freePort(), await freePort(), await freePort()];
  const proxied = "proxy_http_version 1.1; proxy_set_header Connection \"\"; proxy_buffering on;";
  writeFileSync(
    join(folder, "nginx.conf"),
    `daemon off; worker_processes 2; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 4096; }
http {
  access_log off; keepalive_requests 10000000; client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p;
  fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  upstream product { server 127.0.0.1:${upstream}; keepalive 128; keepalive_requests 10000000; }
  upstream asked { server 127.0.0.1:${auth}; keepalive 128; keepalive_requests 10000000; }
  server { listen 127.0.0.1:${upstream}; default_type application/json;
    location / { return 200 '${JSON.stringify({ text: "x".repeat(1000) })}'; } }
  server { listen 127.0.0.1:${auth}; location / { return 204; } }
  server { listen 127.0.0.1:${plain}; location / { ${proxied} proxy_pass http://product; } }
  server { listen 127.0.0.1:${asking};
    location / { auth_request /ask; ${proxied} proxy_pass http://product; }
    location = /ask { internal; ${proxied} proxy_pass_request_body off; proxy_set_header Content-Length "";
      proxy_pass http://asked; } }
}
`,
  );
  const child = spawn("nginx", ["-c", join(folder, "nginx.conf"), "-p", folder], { stdio: "ignore" });
  for (let tries = 0; ; tries += 1) {
    const up = await new Promise((resolve) => {
      http.get({ host: "127.0.0.1", port: asking, path: "/" }, (r) => resolve(r.resume().statusCode === 200)).on("error", () => resolve(false));
    });
    if (up) break;
    if (tries > 400) throw new Error("nginx does not start");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return { child, folder, upstream, plain, asking };
}

export async function stopNginx(nginx) {
  const gone = new Promise((resolve) => nginx.child.once("exit", resolve));
  nginx.child.kill("SIGQUIT");
  await gone;
  rmSync(nginx.folder, { recursive: true, force: true });
}

const unit = { us: 1e-3, ms: 1, s: 1e3, m: 6e4 };

/** One round of wrk: requests a second, median and 99th percentile in milliseconds. */
export async function wrk(port, connections, seconds, headers = []) {
  const threads = connections > 1 ? 2 : 1;
  const { stdout } = await run("wrk", [
    `-t${threads}`, `-c${connections}`, `-d${seconds}s`, "--latency",
    ...headers.flatMap((header) => ["-H", header]),
    `http://127.0.0.1:${port}/`,
  ]);
  if (/Non-2xx|Socket errors: .*[1-9]/.test(stdout)) throw new Error(`not all answered well:\n${stdout}`);
  const percentile = (name) => {
    const [, value, suffix] = new RegExp(`${name}%\\s+([\\d.]+)(us|ms|s|m)`).exec(stdout);
    return Number(value) * unit[suffix];
  };
  return { rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)[1]), p50: percentile("50"), p99: percentile("99") };
}

/** Milliseconds of one appended 4 KiB block made durable, median of many. */
export function fdatasyncMillis(folder, times = 300) {
  const path = join(folder, "fdatasync");
  const file = openSync(path, "w");
  const block = Buffer.alloc(4096, 1);
  const took = [];
  for (let n = 0; n < times; n += 1) {
    const began = performance.now();
    writeSync(file, block);
    fdatasyncSync(file);
    took.push(performance.now() - began);
  }
  closeSync(file);
  rmSync(path);
  return quantile(took, 0.5);
}

/** A quantile of numbers. */
export function quantile(numbers, q) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
}

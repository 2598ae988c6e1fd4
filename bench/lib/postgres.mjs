// A PostgreSQL cluster of the bench's own, on loopback, in a folder that goes with it.

import { execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { freePort } from "./server.mjs";

/** Where Debian keeps the newest PostgreSQL's programs. */
function programs() {
  const root = "/usr/lib/postgresql";
  const [newest] = readdirSync(root).sort((a, b) => Number(b) - Number(a));
  return join(root, newest, "bin");
}

/** PostgreSQL does not run as root. */
const as = process.getuid() === 0 ? ["runuser", "-u", "postgres", "--"] : [];

/** Starts one; resolves once it takes connections. */
export async function startPostgres() {
  const bin = programs();
  const folder = mkdtempSync(join(process.env.BENCH_DIR ?? tmpdir(), "pforte-bench-pg-"));
  chmodSync(folder, 0o755);
  if (as.length > 0) execFileSync("chown", ["postgres", folder]);
  const run = (name, args) => {
    const [command, ...rest] = [...as, join(bin, name), ...args];
    return [command, rest];
  };
  const data = join(folder, "data");
  execFileSync(...run("initdb", ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]), {
    stdio: "ignore", cwd: "/",
  });
  const port = await freePort();
  const settings = { listen_addresses: "127.0.0.1", port, unix_socket_directories: "", shared_buffers: "512MB" };
  const flags = Object.entries(settings).flatMap(([key, value]) => ["-c", `${key}=${value}`]);
  const child = spawn(...run("postgres", ["-D", data, ...flags]), { stdio: "ignore", cwd: "/" });
  for (let tries = 0; ; tries += 1) {
    try {
      execFileSync(...run("pg_isready", ["-q", "-h", "127.0.0.1", "-p", String(port)]), { stdio: "ignore", cwd: "/" });
      break;
    } catch {
      if (tries > 100 || child.exitCode !== null) throw new Error("PostgreSQL does not start");
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  return { child, folder, run, data, url: `postgres://postgres@127.0.0.1:${port}/postgres` };
}

/** What it does by itself a minute after so much was written. */
export function settlePostgres({ run, url }) {
  execFileSync(...run("vacuumdb", ["--analyze", "--quiet", "--dbname", url]), { stdio: "ignore", cwd: "/" });
}

export function stopPostgres({ child, folder, run, data }) {
  execFileSync(...run("pg_ctl", ["stop", "-D", data, "-m", "fast"]), { stdio: "ignore", cwd: "/" });
  child.kill("SIGTERM");
  rmSync(folder, { recursive: true, force: true });
}

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

/**
 * Writes closed tickets with their messages and words again and again, under ids and numbers of their own, until
 * there are `wanted`: row by row over the wire that takes an hour.
 */
export function copyTickets({ run, url }, wanted) {
  const psql = (sql) => String(execFileSync(...run("psql", [url, "-Atqc", sql]), { cwd: "/" })).trim();
  psql(`CREATE TABLE copied AS SELECT id FROM ticket WHERE urgency IS NULL AND number > 1001`);
  const there = () => Number(psql("SELECT COUNT(*) FROM ticket"));
  const step = Number(psql("SELECT MAX(number) FROM ticket"));
  for (let round = 1; there() < wanted; round += 1) {
    const other = (column) => `md5(${column}::text || '${round}')::uuid`;
    const some = `(SELECT id FROM copied ORDER BY id LIMIT ${wanted - there()})`;
    psql(`BEGIN;
      CREATE TEMP TABLE t ON COMMIT DROP AS SELECT * FROM ticket WHERE id IN ${some};
      CREATE TEMP TABLE m ON COMMIT DROP AS SELECT * FROM ticket_message WHERE ticket_id IN (SELECT id FROM t);
      CREATE TEMP TABLE d ON COMMIT DROP AS SELECT * FROM search_document WHERE ticket_id IN (SELECT id FROM t) ORDER BY id;
      UPDATE t SET id = ${other("id")}, number = number + ${step * round};
      UPDATE m SET id = ${other("id")}, ticket_id = ${other("ticket_id")};
      INSERT INTO ticket SELECT * FROM t;
      INSERT INTO ticket_message SELECT * FROM m;
      INSERT INTO search_document (provider_id, customer_id, ticket_id, message_id, words)
        SELECT provider_id, customer_id, ${other("ticket_id")}, ${other("message_id")}, words FROM d ORDER BY id;
      COMMIT`);
  }
  psql("DROP TABLE copied");
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

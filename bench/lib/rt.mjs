// Request Tracker 5 as Debian packs it: a database (SQLite) and a web server (Starman, 8 processes) of its
// own, mail handed over by rt-mailgate, one process for each as a mail server starts it.

import { execFile, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { freePort } from "./server.mjs";

const GATE = "/usr/bin/rt-mailgate";
const SERVER = "/usr/share/request-tracker5/libexec/rt-server";
const STARMAN = "/usr/bin/starman";
const LIBRARY = "/usr/share/request-tracker5/lib";

/** Anybody may open tickets by mail, as a help desk wants it. */
const RIGHTS = `
use RT; RT::LoadConfig(); RT::Init();
my $everyone = RT::Group->new(RT->SystemUser);
$everyone->LoadSystemInternalGroup("Everyone");
$everyone->PrincipalObj->GrantRight(Right => $_, Object => RT->System) for qw(CreateTicket ReplyToTicket SeeQueue);
`;

const COUNT = `
use RT; RT::LoadConfig(); RT::Init();
my ($count) = $RT::Handle->dbh->selectrow_array("SELECT COUNT(*) FROM Tickets");
print $count;
`;

const listens = (port) =>
  new Promise((done) => {
    const probe = net.connect(port, "127.0.0.1");
    probe.on("error", () => done(false));
    probe.on("connect", () => done(Boolean(probe.destroy())));
  });

/** Starts it; null when it is not installed. */
export async function startRt() {
  if (![GATE, SERVER, STARMAN].every((path) => existsSync(path))) return null;
  const folder = mkdtempSync(join(process.env.BENCH_DIR ?? tmpdir(), "pforte-bench-rt-"));
  const port = await freePort();
  mkdirSync(join(folder, "none"));
  const settings = {
    rtname: "bench.example", Organization: "bench.example", WebDomain: "127.0.0.1", WebPort: port,
    DatabaseType: "SQLite", DatabaseName: join(folder, "rt.sqlite"), SendmailPath: "/bin/true", LogToSTDERR: "critical",
  };
  const lines = Object.entries(settings).map(([key, value]) => `Set($${key}, ${JSON.stringify(value)});`);
  writeFileSync(join(folder, "RT_SiteConfig.pm"), [...lines, "Set($LogToSyslog, undef);", "1;", ""].join("\n"));
  const env = { ...process.env, RT_SITE_CONFIG: join(folder, "RT_SiteConfig.pm"), RT_SITE_CONFIG_DIR: join(folder, "none") };
  const perl = (script) => execFileSync("perl", [`-I${LIBRARY}`, "-e", script], { env, stdio: ["ignore", "pipe", "ignore"] });
  execFileSync("/usr/sbin/rt-setup-database-5", ["--action", "init", "--dba", "root", "--dba-password", "none"], { env, stdio: "ignore" });
  perl(RIGHTS);
  const args = ["--server", "Starman", "--host", "127.0.0.1", "--port", String(port), "--workers", "8"];
  const child = spawn(SERVER, args, { env, stdio: "ignore" });
  for (let tries = 0; !(await listens(port)); tries += 1) {
    if (tries > 300 || child.exitCode !== null) throw new Error("Request Tracker does not start");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const url = `http://127.0.0.1:${port}/`;
  return {
    deliver: (text) =>
      new Promise((done, failed) => {
        const gate = execFile(GATE, ["--queue", "General", "--action", "correspond", "--url", url], (error) =>
          error ? failed(error) : done(),
        );
        gate.stdin.end(text);
      }),
    tickets: () => Number(perl(COUNT).toString()),
    async stop() {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

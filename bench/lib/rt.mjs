// Request Tracker 5 as Debian packs it, with a database and a web server of its own: the peer for mail.

import { execFile, execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";

const GATE = "/usr/bin/rt-mailgate";

/** Starts it; null when it is not installed. */
export async function startRt() {
  if (!existsSync(GATE)) return null;
  return null;
}

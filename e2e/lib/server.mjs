// The real programs, started on free ports in a folder of their own, and stopped by their process id.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { get } from "node:http";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { eventually } from "./poll.mjs";

/** Where the built programs lie. */
export const BIN_DIR = resolve(
	process.env.PFORTE_BIN_DIR ?? join(import.meta.dirname, "../../target/debug"),
);

/** What `pforte demo` knows about its sample people. */
export const DEMO = {
	password: "offen-nur-von-innen",
	totp: "PFORTEDEMOPFORTEDEMOPFORTEDEMO22",
	marta: "marta@oduya-ceramics.example",
};

/** A program that takes longer to stop than this is ended, and its answer says so. */
const STOP_MILLIS = 15_000;

const running = new Set();
process.on("exit", () => {
	for (const pid of running) end(pid, "SIGKILL");
});

function end(pid, signal) {
	try {
		process.kill(pid, signal);
	} catch {
		// It is gone already.
	}
}

const waiting = new WeakMap();

/** Cleans up after the test: what was made last goes first. */
export function later(t, work) {
	if (!waiting.has(t)) {
		const stack = [];
		waiting.set(t, stack);
		t.after(async () => {
			while (stack.length > 0) await stack.pop()();
		});
	}
	waiting.get(t).push(work);
}

/** A folder that is removed after the test. */
export function folder(t, name) {
	const path = mkdtempSync(join(tmpdir(), `pforte-e2e-${name}-`));
	later(t, () => rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }));
	return path;
}

const given = new Set();

/** Whether nobody listens on this port of the loopback. */
function isFree(port) {
	return new Promise((done) => {
		const probe = createServer();
		probe.once("error", () => done(false));
		probe.listen(port, "127.0.0.1", () => probe.close(() => done(true)));
	});
}

/** One port below those that the system hands out by itself, never the same twice. */
export async function freePort() {
	for (let tries = 0; tries < 200; tries += 1) {
		const port = 12_000 + Math.floor(Math.random() * 8_000);
		if (given.has(port)) continue;
		given.add(port);
		if (await isFree(port)) return port;
	}
	throw new Error("no free port");
}

/** Four ports in a row, below those that the system hands out by itself. */
export async function freePorts() {
	for (let tries = 0; tries < 200; tries += 1) {
		const first = 20_000 + Math.floor(Math.random() * 2_900) * 4;
		const free = await Promise.all([0, 1, 2, 3].map((n) => isFree(first + n)));
		if (free.every(Boolean)) return first;
	}
	throw new Error("no four free ports in a row");
}

/** Whether somebody listens on this port of the loopback. */
export function answers(port) {
	return new Promise((done) => {
		const probe = connect(port, "127.0.0.1");
		probe.once("error", () => done(false));
		probe.once("connect", () => {
			probe.destroy();
			done(true);
		});
	});
}

/** The status of a request to the loopback under a name of our choice, or 0. */
export function statusOf(port, host, path) {
	return new Promise((done) => {
		const options = { port, host: "127.0.0.1", path, headers: { host: `${host}:${port}` } };
		const request = get(options, (answer) => {
			answer.resume();
			done(answer.statusCode);
		});
		request.on("error", () => done(0));
	});
}

/** A program that runs until `stop` or `kill`. */
export class Program {
	#child;
	#said = "";
	#exited;

	/** One of ours by its name, or another's by its path. */
	constructor(name, args, env = {}) {
		this.name = name;
		this.#child = spawn(resolve(BIN_DIR, name), args, {
			stdio: ["ignore", "pipe", "pipe"],
			env: { ...process.env, PFORTE_LOG: process.env.PFORTE_LOG ?? "warn", ...env },
		});
		running.add(this.#child.pid);
		for (const stream of [this.#child.stdout, this.#child.stderr]) {
			stream.on("data", (text) => {
				this.#said = (this.#said + text).slice(-20_000);
			});
		}
		this.#exited = new Promise((done) => {
			this.#child.on("error", (error) => done(`cannot start: ${error.message}`));
			this.#child.on("exit", (code, signal) => {
				running.delete(this.#child.pid);
				done(signal ?? code);
			});
		});
	}

	get pid() {
		return this.#child.pid;
	}

	/** What it wrote, to be shown when something fails. */
	get said() {
		return this.#said;
	}

	get isOver() {
		return this.#child.exitCode !== null || this.#child.signalCode !== null;
	}

	/** The processes it started. */
	children() {
		const text = readFileSync(`/proc/${this.pid}/task/${this.pid}/children`, "utf8");
		return text.split(" ").filter(Boolean).map(Number);
	}

	/** Asks it to end, and waits for that. */
	async stop(signal = "SIGTERM") {
		if (this.isOver) return this.#exited;
		end(this.pid, signal);
		const stuck = setTimeout(() => end(this.pid, "SIGKILL"), STOP_MILLIS);
		const how = await this.#exited;
		clearTimeout(stuck);
		return how;
	}
}

/** `pforte demo` with the sample product beside it. */
export class Demo {
	/**
	 * `config` is a configuration to use instead of the demo's own, with these ports; `env` goes to the
	 * program; `week` is the week that lies behind the sample people, with its second product.
	 */
	constructor(data, port, { config, env, week = false } = {}) {
		this.week = week;
		this.data = data;
		this.port = port;
		this.config = config;
		this.env = env;
		this.portal = `http://pforte.localhost:${port}`;
		this.gateway = `gate.localhost:${port + 1}`;
		this.panel = `http://panel.localhost:${port + 2}`;
	}

	#arguments() {
		const more = this.config ? ["--config", this.config] : [];
		if (!this.week) more.push("--people-only");
		return ["demo", "--data", this.data, "--port", String(this.port), ...more];
	}

	/** Whoever brings a configuration also runs the product. */
	#startPanel() {
		return new Program("panel", [
			...["--listen", `127.0.0.1:${this.port + 2}`],
			...["--jwks-url", `${this.portal}/.well-known/jwks.json`],
			...["--issuer", this.portal, "--audience", "panel", "--own-sign-in"],
		]);
	}

	/** Starts it, and waits until it answers. */
	async start() {
		this.program = new Program("pforte", this.#arguments(), this.env);
		if (this.config) this.product ??= this.#startPanel();
		await eventually(
			"the demo answers",
			async () => {
				if (this.program.isOver) throw new Error(`it ended: ${this.program.said}`);
				const portal = await statusOf(this.port, "pforte.localhost", "/api/v1/sign-in");
				const panel = await statusOf(this.port + 2, "panel.localhost", "/login");
				return portal === 200 && panel === 200;
			},
			{ within: 30_000 },
		);
		return this;
	}

	/** The sample products go with it, even where it had to be ended by force. */
	async stop() {
		const children = this.program.isOver ? [] : this.program.children();
		await this.product?.stop();
		const how = await this.program.stop();
		for (const pid of children) end(pid, "SIGKILL");
		return how;
	}

	/** Ends it as a power cut would. The sample product is ended too, since nobody else does. */
	async kill() {
		const children = this.program.children();
		await this.program.stop("SIGKILL");
		for (const pid of children) end(pid, "SIGKILL");
		await eventually("the ports are free", () => isFree(this.port + 2));
	}
}

/** A fresh demo for one test. */
export async function demo(t, name = "demo", options = {}) {
	const data = folder(t, name);
	const made = await new Demo(join(data, "data"), await freePorts(), options).start();
	later(t, () => made.stop());
	return made;
}

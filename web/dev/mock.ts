// A stand-in for the server while designing pages: `npm run mock`. It holds everything in memory and
// checks next to nothing. Never part of a build, never a proof in a test.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Plugin } from "vite";
import { type Scene, World } from "./world.ts";

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
	const file = /^\/(attachments|imports)/.test(request.url ?? "");
	let text = "";
	let size = 0;
	for await (const chunk of request) {
		size += (chunk as Buffer).length;
		if (!file) text += chunk;
	}
	if (file) return { size };
	return text ? JSON.parse(text) : {};
}

function cookieOf(request: IncomingMessage): string {
	return /mock=([^;]+)/.exec(request.headers.cookie ?? "")?.[1] ?? "";
}

function send(response: ServerResponse, status: number, body?: unknown): void {
	response.statusCode = status;
	const kind = status >= 400 ? "application/problem+json" : "application/json";
	if (body !== undefined) response.setHeader("content-type", kind);
	response.end(body === undefined ? undefined : JSON.stringify(body));
}

function events(world: World, response: ServerResponse): void {
	response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
	response.write(": hello\n\n");
	const stop = world.watch((topics) => {
		response.write(`event: change\ndata: ${JSON.stringify({ topics })}\n\n`);
	});
	response.on("close", stop);
}

/** The policy the server sends; kept here so that breaking it is seen while designing. */
const POLICY = [
	"default-src 'none'",
	"script-src 'self'",
	"style-src 'self'",
	"img-src 'self'",
	"font-src 'self'",
	"connect-src 'self'",
	"base-uri 'none'",
	"form-action 'none'",
	"frame-ancestors 'none'",
].join("; ");

/** Stands in for every picture. */
const PICTURE =
	'<svg xmlns="http://www.w3.org/2000/svg" width="640" height="360"><rect width="640" height="360" fill="#dfe4da"/><path d="M40 320 220 150l120 110 90-70 170 130z" fill="#5d6f63"/><circle cx="480" cy="90" r="42" fill="#ffd873"/></svg>';

function picture(response: ServerResponse): void {
	response.setHeader("content-type", "image/svg+xml");
	response.end(PICTURE);
}

type Handler = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;
interface Host {
	middlewares: { use(path: string, handler: Handler): void };
}

function answer(world: World, request: IncomingMessage, response: ServerResponse): void {
	const url = new URL(request.url ?? "", "http://mock.example");
	if (url.pathname === "/events") {
		if (world.scene === "lost") send(response, 503, { code: "network" });
		else events(world, response);
		return;
	}
	if (request.method === "GET" && url.pathname.startsWith("/attachments/")) {
		picture(response);
		return;
	}
	void bodyOf(request).then((body) => {
		const who = cookieOf(request);
		const [status, reply, person] = world.answer(request.method ?? "GET", url, body, who);
		if (person !== undefined) {
			response.setHeader("set-cookie", `mock=${person}; Path=/; HttpOnly`);
		}
		setTimeout(() => send(response, status, reply), world.scene === "slow" ? 60_000 : 0);
	});
}

function install(world: World, host: Host): void {
	host.middlewares.use("/__dev/scene", (request, response) => {
		const name = new URL(request.url ?? "", "http://mock.example").searchParams.get("name");
		world.show((name ?? "full") as Scene);
		send(response, 204);
	});
	host.middlewares.use("/api/v1", (request, response) => answer(world, request, response));
}

/** Answers `/api/v1` from memory; `/__dev/scene?name=` changes what is there. */
export function mock(): Plugin {
	const world = new World();
	return {
		name: "pforte-mock",
		configureServer: (server) => install(world, server),
		configurePreviewServer(server) {
			server.middlewares.use((_request, response, next) => {
				response.setHeader("content-security-policy", POLICY);
				next();
			});
			install(world, server);
		},
	};
}

// Asking the server without a browser, signed in as one of the sample people by the demo's button.
import { request } from "node:http";

/** One request; returns status, body and headers. */
function ask({ port, cookie }, method, path, body) {
	const host = `pforte.localhost:${port}`;
	const headers = { host, origin: `http://${host}`, ...(cookie ? { cookie } : {}) };
	const payload = body === undefined ? undefined : JSON.stringify(body);
	if (payload !== undefined) headers["content-type"] = "application/json";
	return new Promise((done, failed) => {
		const options = { host: "127.0.0.1", port, method, path: `/api/v1${path}`, headers };
		const asking = request(options, (response) => {
			const chunks = [];
			response.on("data", (chunk) => chunks.push(chunk));
			response.on("end", () => {
				const text = Buffer.concat(chunks).toString();
				const json = response.headers["content-type"]?.includes("json");
				const answer = json ? JSON.parse(text) : text;
				done({ status: response.statusCode, headers: response.headers, answer });
			});
		});
		asking.on("error", failed);
		asking.end(payload);
	});
}

/** Somebody signed in, by name. `api` throws what is refused; `ask` tells status and answer. */
export async function person(server, name) {
	const { port } = server;
	const offered = (await ask({ port }, "GET", "/sign-in")).answer.demo;
	const found = offered.find((one) => one.name === name);
	if (!found) throw new Error(`no sample person is called ${name}`);
	const signedIn = await ask({ port }, "POST", "/sign-in/demo", { person: found.id });
	const cookie = signedIn.headers["set-cookie"]?.map((one) => one.split(";")[0]).join("; ");
	if (!cookie) throw new Error(`${name} cannot sign in: ${JSON.stringify(signedIn.answer)}`);
	const mine = (...args) => ask({ port, cookie }, ...args);
	return {
		id: found.id,
		ask: mine,
		cookie,
		async api(method, path, body) {
			const { status, answer } = await mine(method, path, body);
			if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(answer)}`);
			return answer;
		},
	};
}

/** Tom has done his trainings: a second agent who could take over, and has not. */
export async function trainTom(server) {
	const nora = await person(server, "Nora Falk");
	const { items } = await nora.api("GET", "/staff");
	const tom = items.find(({ username }) => username === "tom");
	const change = { training_done: true, guidelines_accepted: true };
	await nora.api("PATCH", `/staff/${tom.id}`, change);
}

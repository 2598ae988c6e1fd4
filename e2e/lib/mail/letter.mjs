// Writing a letter as a mail program does, sending it with swaks, and reading one that came.
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { tool } from "./tool.mjs";

const encoded = (text) =>
	/^[\x20-\x7e]*$/.test(text) ? text : `=?UTF-8?B?${Buffer.from(text).toString("base64")}?=`;

const lines = (base64) => base64.match(/.{1,76}/g)?.join("\r\n") ?? "";

const part = (headers, body) => `${headers.join("\r\n")}\r\n\r\n${lines(body.toString("base64"))}`;

/**
 * A message's text. `from` and `to` are addresses or whole fields; `reply` is the letter that it
 * answers; `headers` are further fields, as [name, value]; `files` are {name, type, bytes}; `at` is when it
 * is written, in milliseconds.
 */
export function write({
	from,
	to,
	subject,
	text,
	reply,
	id,
	at = Date.now(),
	headers = [],
	files = [],
}) {
	const domain = from.match(/@([^>\s]+)/)?.[1] ?? "nowhere.example";
	const references = reply && [...(reply.references ?? []), reply.id].map((one) => `<${one}>`);
	const fields = [
		["From", from],
		["To", to],
		["Subject", encoded(subject)],
		["Date", new Date(at).toUTCString().replace("GMT", "+0000")],
		["Message-ID", `<${id ?? `${randomUUID()}@${domain}`}>`],
		...(reply ? [["In-Reply-To", `<${reply.id}>`]] : []),
		...(reply ? [["References", references.join("\r\n ")]] : []),
		["MIME-Version", "1.0"],
		...headers,
	];
	const body = part(
		["Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64"],
		Buffer.from(text),
	);
	const head = fields.map(([name, value]) => `${name}: ${value}`).join("\r\n");
	if (files.length === 0) return `${head}\r\n${body}\r\n`;
	const boundary = `=_${randomUUID()}`;
	const more = files.map(({ name, type, bytes }) =>
		part(
			[
				`Content-Type: ${type}`,
				"Content-Transfer-Encoding: base64",
				`Content-Disposition: attachment; filename="${name}"`,
			],
			bytes,
		),
	);
	const parts = [body, ...more].map((one) => `--${boundary}\r\n${one}\r\n`).join("");
	return `${head}\r\nContent-Type: multipart/mixed; boundary="${boundary}"\r\n\r\n${parts}--${boundary}--\r\n`;
}

/** A message as SMTP carries it: a dot before a dot, and one at the end (RFC 5321 §4.5.2). */
function onTheWire(message) {
	const text = Buffer.from(message)
		.toString("latin1")
		.replace(/\r?\n$/, "");
	return Buffer.from(`${text.replaceAll(/^\./gm, "..")}\r\n.\r\n`, "latin1");
}

/** Hands a message to a mail server, as it is; answers once it was taken. */
export function send(
	port,
	{ sender, recipient, message, lmtp = false, helo = "mx.oduya-ceramics.example" },
) {
	const args = [
		...["--server", "127.0.0.1", "--port", String(port), "--helo", helo],
		...["--from", sender || "<>", "--to", recipient],
		...["--protocol", lmtp ? "LMTP" : "ESMTP"],
		...["--data", "-", "--no-data-fixup", "--timeout", "20s", "--suppress-data"],
	];
	return new Promise((done, failed) => {
		const child = spawn(tool("swaks", "swaks"), args, { stdio: ["pipe", "pipe", "pipe"] });
		let said = "";
		for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (said += text));
		child.on("error", failed);
		child.on("exit", (code) =>
			code === 0 ? done(said) : failed(new Error(`the mail was not taken:\n${said}`)),
		);
		child.stdin.on("error", () => {});
		child.stdin.end(onTheWire(message));
	});
}

/** A letter that came: fields by lower-case name, text, HTML, files, and its place in a thread. */
export function read(bytes) {
	const raw = bytes.toString("latin1").replaceAll("\r\n", "\n");
	const whole = entity(raw);
	const ids = (name) => [...(whole.field(name) ?? "").matchAll(/<([^>]+)>/g)].map(([, id]) => id);
	const leaves = leavesOf(whole);
	const shown = (type) => leaves.find((leaf) => leaf.type === type && !leaf.name);
	return {
		raw,
		bytes,
		field: whole.field,
		fields: whole.fields,
		subject: words(whole.field("subject") ?? ""),
		id: ids("message-id")[0],
		inReplyTo: ids("in-reply-to"),
		references: ids("references"),
		text: shown("text/plain")?.bytes.toString("utf8") ?? "",
		html: shown("text/html")?.bytes.toString("utf8") ?? "",
		files: leaves.filter((leaf) => leaf.name),
	};
}

function entity(raw) {
	const end = raw.indexOf("\n\n");
	const [head, body] = end < 0 ? [raw, ""] : [raw.slice(0, end), raw.slice(end + 2)];
	const fields = head
		.replaceAll(/\n[ \t]+/g, " ")
		.split("\n")
		.map((line) => line.match(/^([^:]+):\s*(.*)$/))
		.filter(Boolean)
		.map(([, name, value]) => [name.toLowerCase(), value]);
	return { fields, body, field: (name) => fields.find(([one]) => one === name)?.[1] };
}

const parameter = (field, name) => {
	const [, quoted, plain] =
		field?.match(new RegExp(`;\\s*${name}=(?:"([^"]*)"|([^;\\s]+))`, "i")) ?? [];
	return quoted ?? plain;
};

function leavesOf(one) {
	const kind = one.field("content-type") ?? "text/plain";
	const type = kind.split(";")[0].trim().toLowerCase();
	const boundary = parameter(kind, "boundary");
	if (type.startsWith("multipart/") && boundary) {
		const parts = `\n${one.body}`.split(`\n--${boundary}`).slice(1);
		return parts
			.filter((text) => !text.startsWith("--"))
			.flatMap((text) => leavesOf(entity(text.replace(/^[^\n]*\n/, ""))));
	}
	const name = parameter(one.field("content-disposition"), "filename") ?? parameter(kind, "name");
	return [{ type, name: name && words(name), bytes: decoded(one) }];
}

function decoded({ body, field }) {
	const how = (field("content-transfer-encoding") ?? "7bit").toLowerCase();
	if (how === "base64") return Buffer.from(body, "base64");
	if (how !== "quoted-printable") return Buffer.from(body, "latin1");
	return Buffer.from(
		body
			.replaceAll(/=\n/g, "")
			.replaceAll(/=([0-9A-F]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
		"latin1",
	);
}

/** Encoded words (RFC 2047), as people read them. */
function words(text) {
	const joined = text.replaceAll(/\?=\s+=\?/g, "?==?");
	return joined.replaceAll(/=\?[^?]+\?([BQ])\?([^?]*)\?=/gi, (_, how, inner) => {
		if (how.toUpperCase() === "B") return Buffer.from(inner, "base64").toString("utf8");
		const body = inner.replaceAll("_", " ");
		return decoded({ body, field: () => "quoted-printable" }).toString("utf8");
	});
}

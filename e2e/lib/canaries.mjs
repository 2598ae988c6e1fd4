// Looks through every file of a browser profile for what must not be there.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";

/** Personal data of the sample customer, as it stands in the sample product. */
export const PERSONAL = [
	"Brennofenweg",
	"Vollmann",
	"billing@oduya-ceramics.example",
	"DE999000101",
	"+49 30 23125 101",
];

/** Things of the product's that are shown to the agent, and must not stay. */
export const SHOWN = [
	"kiln-telemetry",
	"glaze-archive-and-photo-backup",
	"192.0.2.11",
	"2001:db8:101::11",
];

function* filesBelow(folder) {
	for (const entry of readdirSync(folder, { withFileTypes: true })) {
		const path = join(folder, entry.name);
		if (entry.isDirectory()) yield* filesBelow(path);
		else if (entry.isFile()) yield path;
	}
}

/** The text in the spellings that a browser may keep it in. */
function spellings(text) {
	const json = JSON.stringify(text).slice(1, -1);
	const written = new Set([text, encodeURIComponent(text), text.replaceAll(" ", "+"), json]);
	return [...written].flatMap((one) => [Buffer.from(one, "utf8"), Buffer.from(one, "utf16le")]);
}

/** The bytes themselves, and what they are when they were compressed as a whole. */
function readings(bytes) {
	const all = [bytes];
	const gzip = bytes.indexOf(Buffer.from([0x1f, 0x8b, 0x08]));
	if (gzip >= 0) all.push(tried(() => gunzipSync(bytes.subarray(gzip))));
	all.push(tried(() => brotliDecompressSync(bytes)));
	return all.filter(Boolean);
}

function tried(work) {
	try {
		return work();
	} catch {
		return null;
	}
}

/** Which of the texts are in which files of the profile, as "file: text". */
export function leftBehind(folder, texts) {
	const wanted = texts.map((text) => [text, spellings(text)]);
	const found = [];
	for (const path of filesBelow(folder)) {
		for (const bytes of readings(readFileSync(path))) {
			for (const [text, ways] of wanted) {
				if (ways.some((way) => bytes.includes(way)))
					found.push(`${relative(folder, path)}: ${text}`);
			}
		}
	}
	return [...new Set(found)];
}

// One-time codes as an authenticator app makes them (RFC 6238, SHA-1, six digits, 30 seconds).
import { createHmac } from "node:crypto";

const STEP_MILLIS = 30_000;
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function decode(base32) {
	let bits = "";
	for (const letter of base32) bits += LETTERS.indexOf(letter).toString(2).padStart(5, "0");
	const bytes = bits.match(/.{8}/g) ?? [];
	return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)));
}

/** The code of this moment. */
export function totp(secret, now = Date.now()) {
	const counter = Buffer.alloc(8);
	counter.writeBigUInt64BE(BigInt(Math.floor(now / STEP_MILLIS)));
	const mac = createHmac("sha1", decode(secret)).update(counter).digest();
	const at = mac[19] & 15;
	return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

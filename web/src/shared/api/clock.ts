// The server's time as far as the page knows it: this device's clock may be wrong, the door's is not.

let offsetMillis = 0;

/** Learn from an answer's `Date` header (whole seconds; small differences are noise). */
export function learnServerTime(header: string | null, localNow = Date.now()): void {
	if (!header) return;
	const server = Date.parse(header);
	if (Number.isNaN(server)) return;
	const difference = server + 500 - localNow;
	offsetMillis = Math.abs(difference) < 2500 ? 0 : difference;
}

/** Milliseconds since the epoch, by the server's clock. */
export function serverNow(): number {
	return Date.now() + offsetMillis;
}

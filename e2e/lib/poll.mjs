// Waiting for something to become true, instead of sleeping and hoping.

const EVERY_MILLIS = 40;

const pause = (millis) => new Promise((resolve) => setTimeout(resolve, millis));

/**
 * Asks `look` until it returns something true, and returns that. What it threw or returned last is
 * told when the time is over.
 */
export async function eventually(what, look, { within = 10_000, every = EVERY_MILLIS } = {}) {
	const until = Date.now() + within;
	let last;
	for (;;) {
		try {
			last = await look();
			if (last) return last;
		} catch (error) {
			last = error;
		}
		if (Date.now() > until) {
			const said = last instanceof Error ? last.message : JSON.stringify(last);
			throw new Error(`not within ${within} ms: ${what} (last: ${said})`);
		}
		await pause(every);
	}
}

// What the door may say. Pure. Old data never passes for new: without a fresh answer the door is
// unsure, whatever it said before.
import type { Connection } from "../api/live";
import type { Door, Ground } from "../api/types";
import { staffName } from "../words/people";

/** An answer without live changes behind it counts as fresh for this long. */
export const FRESH_MILLIS = 12_000;

export type DoorState =
	| { kind: "closed" }
	| { kind: "open"; grounds: Ground[] }
	| { kind: "unsure"; last: string | null; grounds: Ground[]; since: number };

/** What is known about the last answer. */
export interface Known {
	door: Door | undefined;
	/** When it came, by the server's clock; 0 if never. */
	at: number;
	/** The newest attempt to ask failed. */
	failed: boolean;
	connection: Connection;
}

export function doorState(known: Known, now: number): DoorState {
	const { door } = known;
	if (!door) return { kind: "unsure", last: null, grounds: [], since: known.at };
	const fresh = now - known.at < FRESH_MILLIS;
	const certain = !known.failed && (known.connection === "live" || fresh);
	// An open door whose time is up is being asked about again; until then nobody knows.
	const overdue = door.grounds.some((ground) => Date.parse(ground.ends_at) + 2000 < now);
	if (!certain || overdue) {
		return { kind: "unsure", last: door.state, grounds: door.grounds, since: known.at };
	}
	return door.state === "open" ? { kind: "open", grounds: door.grounds } : { kind: "closed" };
}

/** For whom it is open: people, not grounds. Newest first. */
export function namesOf(grounds: readonly Ground[]): string[] {
	return [...new Map(grounds.map(({ staff }) => [staff?.id, staffName(staff)])).values()];
}

/** When the last of it ends. */
export function latest(grounds: readonly Ground[]): string {
	return grounds
		.map((ground) => ground.ends_at)
		.reduce((a, b) => (Date.parse(a) > Date.parse(b) ? a : b));
}

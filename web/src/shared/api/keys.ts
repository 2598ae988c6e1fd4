// Names of cached answers, and which of them a live topic makes stale.

/** Query keys; the first word is the noun. */
export const keys = {
	me: ["me"] as const,
	door: ["door"] as const,
	pin: ["pin"] as const,
	grounds: (scope: string) => ["grounds", scope] as const,
	ground: (id: string) => ["ground", id] as const,
	requests: (visit: string) => ["requests", visit] as const,
	ownCustomer: ["own-customer"] as const,
	customers: (q: string) => ["customers", q] as const,
	customer: (id: string) => ["customer", id] as const,
	alarms: ["alarms"] as const,
	recoveries: ["recoveries"] as const,
	staff: ["staff"] as const,
	colleagues: ["staff", "colleagues"] as const,
	signIns: ["sign-ins"] as const,
	products: ["products"] as const,
	tickets: (query: string) => ["tickets", query] as const,
	ticket: (id: string) => ["ticket", id] as const,
	ticketCounts: ["tickets", "counts"] as const,
	ticketViews: ["ticket-views"] as const,
	quarantine: ["quarantine"] as const,
	mail: (id: string) => ["mail", id] as const,
	callers: (q: string) => ["callers", q] as const,
	search: (q: string) => ["search", q] as const,
	supportSettings: ["support-settings"] as const,
};

const stale: Record<string, readonly string[]> = {
	door: ["door"],
	pin: ["pin", "door", "customer"],
	grounds: ["grounds", "ground", "door", "customer", "ticket"],
	visits: ["requests", "grounds", "ground", "door", "customer", "ticket"],
	customers: ["customers", "customer", "own-customer"],
	tickets: ["tickets", "ticket"],
	ticket: ["ticket", "tickets"],
	quarantine: ["quarantine", "mail", "tickets"],
	calls: ["callers", "ticket"],
	contacts: ["support-settings", "own-customer", "customer"],
	alarms: ["alarms", "staff"],
	recoveries: ["recoveries"],
	me: ["me", "sign-ins"],
};

/** What a live event says: topics, and what they are about if it is one. */
export interface Change {
	topics: readonly string[];
	ticket?: string;
	ground?: string;
	visit?: string;
}

/** What a change makes stale: answers by their keys, and a ticket whose row is asked for in the lists. */
export interface Touched {
	keys: readonly (readonly string[])[];
	rows: string | undefined;
}

/** Only what is named, where something is named; unknown topics touch nothing. */
export function touchedBy(change: Change): Touched {
	const named: Record<string, string | undefined> = {
		ticket: change.ticket,
		// A ground and a visit are on each other's pages: a visit's page is named by its ground.
		ground: change.ground,
		requests: change.visit,
	};
	const nouns = new Set(change.topics.flatMap((topic) => stale[topic] ?? []));
	const rows = nouns.has("tickets") ? change.ticket : undefined;
	if (rows) nouns.delete("tickets");
	const touched = [...nouns].map((noun) => {
		const one = named[noun];
		return one ? [noun, one] : [noun];
	});
	return { keys: touched, rows };
}

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
	me: ["me", "sign-ins"],
};

/** First words of the query keys that these topics touch, each once; unknown topics touch nothing. */
export function touchedBy(topics: readonly string[]): string[] {
	return [...new Set(topics.flatMap((topic) => stale[topic] ?? []))];
}

// The queue's views and filters as the page's address carries them. Pure.
import type { TicketCounts, TicketQuery } from "../../shared/api/types";

/** Filters in the order of the page; the same words in the address, the API and a saved view. */
export const FILTERS = [
	"state",
	"assignee",
	"priority",
	"channel",
	"tag",
	"customer",
	"q",
	"sort",
] as const;
export type Filter = (typeof FILTERS)[number];

export interface BuiltIn {
	name: "mine" | "new" | "waiting" | "all" | "escalated" | "closed";
	query: string;
	count: keyof TicketCounts | null;
}

/** `all` is what the queue shows when the address says nothing. */
export const BUILT_IN: readonly BuiltIn[] = [
	{ name: "all", query: "", count: null },
	{ name: "mine", query: "assignee=me", count: "mine" },
	{ name: "new", query: "state=new", count: "new" },
	{ name: "waiting", query: "state=waiting", count: "waiting" },
	{ name: "escalated", query: "state=escalated", count: "escalated" },
	{ name: "closed", query: "state=closed", count: null },
];

/** Only known filters, in one order, empty ones left out: the same filters give the same text. */
export function canonical(search: URLSearchParams | string): string {
	const given = typeof search === "string" ? new URLSearchParams(search) : search;
	const kept = new URLSearchParams();
	for (const name of FILTERS) {
		const value = given.get(name)?.trim();
		if (value) kept.set(name, value);
	}
	return kept.toString();
}

/** The API's query of an address; without a state all that is not closed, most urgent first. */
export function queryOf(text: string): TicketQuery {
	const given = Object.fromEntries(new URLSearchParams(canonical(text)));
	return { sort: "urgent", ...given };
}

/** The address with one filter changed; `""` takes it away. */
export function withFilter(text: string, filter: Filter, value: string): string {
	const next = new URLSearchParams(text);
	if (value) next.set(filter, value);
	else next.delete(filter);
	return canonical(next);
}

// The finder's matches as one flat list: each line is a contact of a customer, or a request. Pure.
import type { CustomerFound, Found, TicketLine } from "../shared/api/types";
import { hasWords } from "../shared/words/fold";

export interface Match {
	key: string;
	customer: CustomerFound;
	contact: CustomerFound["contacts"][number] | null;
	/** The first line of its customer carries the customer's name. */
	first: boolean;
}

/** Contacts in the order the server gave; a customer without contacts is one line too. */
export function matches(found: readonly CustomerFound[]): Match[] {
	return found.flatMap((customer): Match[] => {
		if (customer.contacts.length === 0) {
			return [{ key: customer.id, customer, contact: null, first: true }];
		}
		return customer.contacts.map((contact, place) => ({
			key: `${customer.id} ${contact.id}`,
			customer,
			contact,
			first: place === 0,
		}));
	});
}

/**
 * The line that is most likely meant: a contact whose name was typed, else the first who may ask for
 * support, else the first.
 */
export function likeliest(lines: readonly Match[], typed: string): number {
	const named = lines.findIndex((line) => line.contact && hasWords(line.contact.name, typed));
	if (named >= 0) return named;
	return Math.max(
		0,
		lines.findIndex((line) => line.contact?.support),
	);
}

/** A line of the finder. */
export type Line =
	| { kind: "customer"; key: string; match: Match }
	| { kind: "ticket"; key: string; ticket: TicketLine };

/** A request whose number was typed comes first, the other requests last. */
export function lines(found: readonly Match[], search: Found | undefined): Line[] {
	const exact = search?.exact?.kind === "ticket" ? search.exact.id : null;
	const tickets = (search?.tickets ?? []).map(
		(ticket): Line => ({ kind: "ticket", key: ticket.id, ticket }),
	);
	return [
		...tickets.filter((line) => line.key === exact),
		...found.map((match): Line => ({ kind: "customer", key: match.key, match })),
		...tickets.filter((line) => line.key !== exact),
	];
}

/** Which line Enter takes: the exact hit, else the likeliest contact, else the first request. */
export function preferred(all: readonly Line[], search: Found | undefined, typed: string): number {
	const exact = search?.exact;
	if (exact) {
		const hit = all.findIndex((line) =>
			line.kind === "ticket"
				? exact.kind === "ticket" && line.key === exact.id
				: (exact.kind === "contact" && line.match.contact?.id === exact.id) ||
					(exact.kind === "customer" && line.match.customer.id === exact.id),
		);
		// Of an exact customer the likeliest contact is taken, below.
		if (hit >= 0 && exact.kind !== "customer") return hit;
	}
	const found = all.flatMap((line) => (line.kind === "customer" ? [line.match] : []));
	if (found.length === 0) return 0;
	const match = found[likeliest(found, typed)];
	return all.findIndex((line) => line.kind === "customer" && line.match === match);
}

/** Where a line leads. */
export function targetOf(line: Line): string {
	return line.kind === "ticket" ? `/desk/tickets/${line.ticket.id}` : pathOf(line.match);
}

/** The desk page of a match; the contact is chosen there already. */
export function pathOf(match: Match): string {
	const page = `/desk/customers/${match.customer.id}`;
	return match.contact ? `${page}?contact=${match.contact.id}` : page;
}

/** What was typed, when it is a phone number: it goes into the record of the call. */
export function callerIn(typed: string): string {
	const text = typed.trim();
	return /^\+?[\d\s()/-]{6,}$/.test(text) ? text : "";
}

/** The next line when moving by arrow keys; goes round at the ends. */
export function step(active: number, by: 1 | -1, count: number): number {
	if (count === 0) return -1;
	if (active < 0) return by === 1 ? 0 : count - 1;
	return (active + by + count) % count;
}

// The mock's customers at a glance, as admins keep them, and imports. Checks next to nothing.
import type { ImportReport, ListedContact, Note, Panel, TicketLine } from "../src/api/types.ts";
import { contacts, customers, jana, minutes, products, timo } from "./people.ts";

type Answer = [status: number, body?: unknown];

/** What the panel needs of the mock around it. */
export interface Glance {
	open: boolean;
	tickets: readonly TicketLine[];
}

const listed = (): ListedContact[] =>
	[...contacts, { id: "k9", name: "Ida Früher", role: "member" as const, support: false }].map(
		(one): ListedContact => ({
			id: one.id,
			first_name: one.name.split(" ")[0] ?? "",
			last_name: one.name.split(" ")[1] ?? "",
			role: one.role,
			rights: { support: one.support, instruction: one.role === "owner" },
			language: "de",
			active: one.id !== "k9",
			product_users: one.id === "k1" ? { panel: "u-1042" } : {},
		}),
	);

const report: ImportReport = {
	done: false,
	encoding: "windows-1252",
	separator: ";",
	unknown_columns: ["Umsatz"],
	lines: 3,
	counts: { added: 1, changed: 1, same: 0, waits: 0, wrong: 1 },
	preview: [
		{ line: 2, becomes: "added", name: "20001 Österreichische Öle", fields: [] },
		{ line: 3, becomes: "changed", name: "20002 Weiß GmbH", fields: ["name"] },
	],
	flaws: [
		{ line: 4, column: "Nummer", code: "import.number", detail: "Use letters, digits and dashes." },
	],
	codes: [],
};

export class Customers {
	private notes: Note[] = [
		{
			id: "n1",
			text: "Hat zwei Läden; meist geht es um den in der Lindenstraße.",
			by: { id: timo.id, name: timo.name },
			written_at: minutes(-4000),
			mine: false,
			may_delete: false,
		},
	];

	answer(path: string, body: Record<string, unknown>, glance: Glance): Answer | null {
		if (/^GET \/customers\/[^/]+\/panel$/.test(path)) return [200, this.panel(glance)];
		if (/^GET \/customers\/[^/]+\/contacts$/.test(path)) return [200, listed()];
		if (/^PATCH \/customers\/[^/]+\/contacts\//.test(path))
			return [200, { applied: false, waits_until: minutes(7 * 1440) }];
		if (/^PATCH \/customers\/[^/]+$/.test(path))
			return [200, { ...customers[0], active: true, contacts }];
		if (path.startsWith("POST /imports/")) return [200, report];
		if (/^POST \/customers\/[^/]+\/notes$/.test(path)) return [200, this.write(String(body.text))];
		if (/\/notes\//.test(path)) return path.startsWith("DELETE") ? [204] : [200, this.notes[0]];
		return null;
	}

	private write(text: string): Note & { redacted: boolean } {
		const note = {
			id: `n${this.notes.length + 1}`,
			text,
			by: { id: jana.id, name: jana.name },
			written_at: minutes(0),
			mine: true,
			may_delete: true,
		};
		this.notes.unshift(note);
		return { ...note, redacted: false };
	}

	private panel({ open, tickets }: Glance): Panel {
		const closed = (line: TicketLine) => ["closed", "locked"].includes(line.state);
		const product = products[0] ?? { id: "panel", name: "Panel" };
		return {
			open,
			personal: false,
			open_tickets: tickets.filter((line) => !closed(line)).slice(0, 4),
			last_tickets: tickets.filter(closed).slice(0, 3),
			visits: [-30, -2_000, -9_000].map((at, place) => ({
				id: `v${place}`,
				ground_id: `g${place}`,
				product,
				staff: { id: timo.id, name: timo.name },
				started_at: minutes(at),
				ended_at: place === 0 && open ? null : minutes(at + 20),
				ending: { how: "staff", by: null, de: "vom Support beendet", en: "ended by support" },
			})),
			contacts: contacts.map((one) => ({
				...one,
				authorised: one.role === "owner",
				address: "•••••",
				phones: one.role === "owner" ? ["•••••"] : [],
			})),
			note_count: this.notes.length,
			notes: open ? this.notes : null,
		};
	}
}

import { describe, expect, test } from "vitest";
import { proofsFor } from "../src/desk/call/proofs";
import { canonical, queryOf, withFilter } from "../src/desk/queue/views";
import { changesOf, tagsIn } from "../src/desk/ticket/ChangeDialog";
import { numberIn } from "../src/desk/ticket/MergeDialog";
import { whyNot } from "../src/desk/ticket/why";

/** As `core::ticket::Refusal` and the decision name them. */
const codes = [
	"ticket.locked",
	"ticket.closed",
	"ticket.taken",
	"ticket.merged",
	"ticket.not_yours",
	"ticket.open",
	"ticket.not_mergeable",
	"staff.lacks.training",
	"staff.lacks.mfa",
	"staff.lacks.guidelines",
	"needs.customer_word",
];
const actions = [
	"write",
	"note",
	"take_over",
	"hand_over",
	"release",
	"close",
	"reopen",
	"merge",
	"change",
	"follow_up",
];

describe("why something cannot be done", () => {
	test("every action and code is a sentence in both languages, never a bare code", () => {
		for (const language of ["de", "en"] as const) {
			for (const action of actions) {
				for (const code of codes) {
					const text = whyNot({ can: [], cannot: { [action]: code } }, action, language);
					expect(text, `${language} ${action} ${code}`).toMatch(/^[A-ZÄÖÜ].*[.!]$/);
				}
			}
		}
	});

	test("what can be done has no reason, what is for nobody like this is left out", () => {
		expect(whyNot({ can: ["write"], cannot: {} }, "write", "de")).toBeNull();
		expect(whyNot({ can: [], cannot: {} }, "merge", "de")).toBeUndefined();
	});
});

describe("changing a request", () => {
	const ticket = { subject: "Alt", priority: "normal", tags: ["a", "b"] };

	test("only what differs is sent", () => {
		expect(changesOf(ticket, { ...ticket, tags: ["b", "a"] })).toEqual({});
		expect(changesOf(ticket, { ...ticket, priority: "high" })).toEqual({ priority: "high" });
		expect(changesOf(ticket, { ...ticket, tags: [] })).toEqual({ tags: [] });
	});

	test("tags and numbers as people type them", () => {
		expect(tagsIn(" shop, mail ; shop ,")).toEqual(["shop", "mail"]);
		expect(numberIn(" #1042 ")).toBe(1042);
		expect(numberIn("10-42")).toBeNull();
	});
});

describe("the queue's address", () => {
	test("the same filters give the same text, unknown ones are left out", () => {
		expect(canonical("q=a&state=new&evil=1")).toBe("state=new&q=a");
		expect(canonical(new URLSearchParams("priority=&tag= x "))).toBe("tag=x");
		// As the customer's page links to all its requests.
		expect(queryOf("state=all&customer=c1")).toEqual({
			sort: "urgent",
			state: "all",
			customer: "c1",
		});
		expect(withFilter("state=new", "state", "")).toBe("");
	});

	test("most urgent first unless asked otherwise", () => {
		expect(queryOf("")).toEqual({ sort: "urgent" });
		expect(queryOf("sort=newest")).toEqual({ sort: "newest" });
	});
});

describe("by what a caller is proven", () => {
	const match = {
		contact: { id: "k1", name: "Mara" },
		customer: { id: "c1", number: "1", name: "B" },
		role: "owner",
		support: true,
		authorised: true,
		call_back: ["+49 30 5550117"],
		open_tickets: [],
	};
	const kinds = (callers: { number: string | null; registered: boolean }, one = match) =>
		proofsFor(callers, one).proofs.map((proof) => proof.kind);

	test("rule P6: a registered number by call-back or PIN, any other by call-back only", () => {
		expect(kinds({ number: "+49", registered: true })).toEqual(["none", "call_back", "pin"]);
		expect(kinds({ number: "+49", registered: false })).toEqual(["none", "call_back"]);
		expect(proofsFor({ number: "+49", registered: false }, match).pinNot).toBe(true);
	});

	test("rule B3: voice chat without a number by PIN", () => {
		expect(kinds({ number: null, registered: false })).toContain("pin");
	});

	test("control 50: nothing is proven by the number itself; without the right there is no PIN", () => {
		const member = { ...match, support: false, call_back: [] };
		expect(kinds({ number: "+49", registered: true }, member)).toEqual(["none"]);
	});
});

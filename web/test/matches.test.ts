import { describe, expect, test } from "vitest";
import { list, pick } from "../src/desk/admin/ContactForm";
import { callerIn, likeliest, matches, pathOf, step } from "../src/desk/matches";
import type { CustomerFound } from "../src/shared/api/types";

const mara = { id: "k1", name: "Mara", role: "owner", support: true };
const ole = { id: "k2", name: "Ole", role: "member", support: false };
const bakery: CustomerFound = {
	id: "c1",
	number: "1042",
	name: "Bäckerei",
	active: true,
	contacts: [mara, ole],
};
const empty: CustomerFound = {
	id: "c2",
	number: "1043",
	name: "Praxis",
	active: true,
	contacts: [],
};

describe("the finder's list", () => {
	test("each contact is one line, a customer without contacts too", () => {
		const lines = matches([bakery, empty]);
		expect(lines.map((line) => [line.customer.id, line.contact?.id ?? null, line.first])).toEqual([
			["c1", "k1", true],
			["c1", "k2", false],
			["c2", null, true],
		]);
	});

	test("taking a line leads to the customer with the contact chosen", () => {
		expect(matches([bakery, empty]).map(pathOf)).toEqual([
			"/desk/customers/c1?contact=k1",
			"/desk/customers/c1?contact=k2",
			"/desk/customers/c2",
		]);
	});

	test("the contact whose name was typed is the likeliest, else one with the right", () => {
		expect(likeliest(matches([bakery]), "ole")).toBe(1);
		expect(likeliest(matches([{ ...bakery, contacts: [ole, mara] }]), "bäck")).toBe(1);
		expect(likeliest(matches([empty]), "praxis")).toBe(0);
		expect(likeliest([], "x")).toBe(0);
	});

	test("arrows go round at the ends", () => {
		expect(step(0, 1, 3)).toBe(1);
		expect(step(2, 1, 3)).toBe(0);
		expect(step(0, -1, 3)).toBe(2);
		expect(step(-1, 1, 3)).toBe(0);
		expect(step(0, 1, 0)).toBe(-1);
	});

	test("a phone number that was searched for goes into the record of the call", () => {
		expect(callerIn("+49 30 5550117")).toBe("+49 30 5550117");
		expect(callerIn("Sonnenfeld")).toBe("");
		expect(callerIn("1042")).toBe("");
	});
});

describe("naming a customer in a form", () => {
	test("a number or a whole name wins over part of one", () => {
		const chain = { ...bakery, id: "c3", number: "10423" };
		expect(pick("1042", [chain, bakery])).toBe(bakery);
	});

	test("nothing and several are told apart", () => {
		expect(pick("x", [])).toBe("none");
		expect(pick("b", [bakery, empty])).toBe("many");
	});

	test("lists are split at commas without empty parts", () => {
		expect(list(" a@x.example, b@x.example ,")).toEqual(["a@x.example", "b@x.example"]);
	});
});

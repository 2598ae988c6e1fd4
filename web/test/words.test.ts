import { describe, expect, test } from "vitest";
import { Problem } from "../src/shared/api/problem";
import { endText, reasonText } from "../src/shared/visit/tell";
import { visitWords } from "../src/shared/visit/words";
import { type Dictionary, say } from "../src/shared/words/dictionary";
import { preferred } from "../src/shared/words/language";
import { refusals, refusalText } from "../src/shared/words/refusals";

const modules = import.meta.glob<Record<string, Dictionary<Record<string, string>>>>(
	["../src/**/words.ts", "../src/shared/words/refusals.ts"],
	{ eager: true },
);
const dictionaries = Object.entries(modules).flatMap(([file, module]) =>
	Object.entries(module)
		.filter(([, value]) => typeof value === "object" && "de" in value && "en" in value)
		.map(([name, value]) => ({ file, name, value })),
);

describe("the dictionaries", () => {
	test("every feature has one", () => {
		expect(dictionaries.length).toBeGreaterThanOrEqual(10);
	});

	test.each(dictionaries)("$name has the same keys in both languages, none empty", ({ value }) => {
		expect(Object.keys(value.en).sort()).toEqual(Object.keys(value.de).sort());
		for (const text of [...Object.values(value.de), ...Object.values(value.en)]) {
			expect(typeof text === "function" || String(text).trim().length > 0).toBe(true);
		}
	});

	test.each(dictionaries)("$name speaks German with Sie", ({ value }) => {
		for (const text of Object.values(value.de)) {
			expect(String(text)).not.toMatch(/\b(du|dich|dir|dein|deine|deinen)\b/i);
		}
	});
});

describe("words of the server", () => {
	test("control 48, rules T12, X2: what is refused in mails, calls and contacts has words", () => {
		for (const code of ["mail.live_secrets", "product_user.taken", "call.not_in_ticket"]) {
			for (const language of ["de", "en"] as const) {
				expect((refusals[language] as Record<string, string>)[code], code).toMatch(/^[A-Z].*\.$/);
			}
		}
	});

	test("how something ended is told in the server's words, with whoever did it", () => {
		const ending = { how: "closed_by_customer", de: "Anfrage geschlossen", en: "Request closed" };
		expect(endText({ ...ending, by: null }, "de")).toBe("Anfrage geschlossen");
		const by = { kind: "contact", name: "Marta Oduya" };
		expect(endText({ ...ending, by }, "en")).toBe("Request closed (Marta Oduya)");
		expect(endText(null, "de")).toBeNull();
	});

	test("rule T5: a colleague's request or call is told as that, and not as unreadable", () => {
		const theirs = { reason: null, ticket: null, of_colleague: true };
		expect(reasonText({ ...theirs, kind: "takeover" }, visitWords.en)).toBe(
			"for somebody else’s request in your account",
		);
		expect(reasonText({ ...theirs, kind: "pin" }, visitWords.en)).toContain("call");
		expect(reasonText({ ...theirs, of_colleague: false, kind: "pin" }, visitWords.en)).toBe(
			"no longer readable",
		);
	});

	test("one the pages do not know yet is shown as it came", () => {
		expect(say(visitWords.de, "cat_by_magic")).toBe("by_magic");
	});

	test("a refusal is told by its code in the page's language", () => {
		const wrong = new Problem("pin.wrong", 403, "Not this one.");
		expect(refusalText(wrong, "de")).toBe(
			"Diese PIN öffnet hier nichts. Bitte noch einmal vorlesen lassen.",
		);
		expect(refusalText(wrong, "en")).toBe(
			"That PIN opens nothing here. Please have it read out again.",
		);
	});

	test("a code without words falls back to the server's detail, then to a plain sentence", () => {
		expect(refusalText(new Problem("new.code", 409, "The server's words."), "de")).toBe(
			"The server's words.",
		);
		expect(refusalText(new Error("boom"), "en")).toBe(refusals.en.unknown);
	});
});

describe("the page's language", () => {
	test("what was chosen wins over the browser", () => {
		expect(preferred(["de-DE"], "en")).toBe("en");
	});

	test("the browser's first known language is taken, English without one", () => {
		expect(preferred(["fr-FR", "de-AT", "en"], null)).toBe("de");
		expect(preferred(["fr-FR"], null)).toBe("en");
	});
});

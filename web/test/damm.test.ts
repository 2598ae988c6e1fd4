import { describe, expect, test } from "vitest";
import { damm, grouped, judge, onlyDigits } from "../src/shared/pin/damm";

describe("the check digit of a PIN", () => {
	test("the published example checks", () => {
		expect(damm("572")).toBe(4);
		expect(damm("5724")).toBe(0);
	});

	test("every wrong single digit is seen", () => {
		const right = "860423179";
		expect(judge(right)).toBe("plausible");
		for (let place = 0; place < right.length; place += 1) {
			for (const digit of "0123456789") {
				if (digit === right[place]) continue;
				expect(judge(right.slice(0, place) + digit + right.slice(place + 1))).toBe("mistyped");
			}
		}
	});

	test("every swap of unlike neighbours is seen", () => {
		const right = "860423179";
		for (let place = 0; place + 1 < right.length; place += 1) {
			const [a, b] = [right[place] ?? "", right[place + 1] ?? ""];
			if (a === b) continue;
			expect(judge(right.slice(0, place) + b + a + right.slice(place + 2))).toBe("mistyped");
		}
	});

	test("a PIN that is not whole yet is not called wrong", () => {
		expect(judge("")).toBe("empty");
		expect(judge("8604")).toBe("short");
	});

	test("blanks and dashes do not matter, nothing after nine digits is kept", () => {
		expect(judge("860 423-179")).toBe("plausible");
		expect(onlyDigits("860 423 179 5")).toBe("860423179");
	});

	test("is grouped 3+3+3, also while typing", () => {
		expect(grouped("860423179")).toBe("860 423 179");
		expect(grouped("8604")).toBe("860 4");
		expect(grouped("860")).toBe("860");
	});
});

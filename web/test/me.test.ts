// Who sees which pages: as the server has it.
import { describe, expect, test } from "vitest";
import { serves } from "../src/shared/api/me";
import type { Me } from "../src/shared/api/types";

const having = (...roles: string[]) => ({ staff: { roles } }) as unknown as Me;

describe("who reads requests", () => {
	test("rules B11, M6: all staff but guests, admins among them", () => {
		for (const role of ["agent", "onboarding_manager", "support_lead", "success_lead", "admin"]) {
			expect(serves(having(role)), role).toBe(true);
		}
		expect(serves(having("guest"))).toBe(false);
		expect(serves(having("guest", "admin"))).toBe(true);
		expect(serves(having())).toBe(false);
	});
});

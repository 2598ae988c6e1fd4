import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, test, vi } from "vitest";
import { LinkPage } from "../src/shared/signin/LinkPage";
import { answers, show } from "./help";

describe("the link in the mail", () => {
	afterEach(() => {
		location.hash = "";
		vi.unstubAllGlobals();
	});

	test.each(["mfrggzdfmztwq2lk", "%", "a%zz"])(
		"the token %s goes out as it came",
		async (token) => {
			location.hash = token;
			const calls = answers({ "POST /sign-in/link/redeem": { status: 401, body: {} } });
			show(<LinkPage />);
			await waitFor(() => expect(location.hash).toBe(""));
			expect(calls).toHaveLength(0);
			await userEvent.click(screen.getByRole("button", { name: "Jetzt anmelden" }));
			await waitFor(() => expect(calls[0]?.body).toEqual({ token }));
		},
	);
});

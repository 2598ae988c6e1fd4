// U1: whoever uses the PIN is named in its place, with the words and the way to end it; a new PIN never
// comes by itself.
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, test, vi } from "vitest";
import { SupportSheet } from "../src/portal/pin/SupportSheet";
import type { Ground } from "../src/shared/api/types";
import { answers, at, contact, ground, show } from "./help";

const FIRST = "860423179";
const SECOND = "123456786";

/** A server whose PIN is used as soon as `enter` is called. */
function server() {
	const state = { digits: FIRST, issued: at(-8), grounds: [] as Ground[] };
	const calls = answers({
		"POST /pin": () => ({
			body: { digits: state.digits, issued_at: state.issued, expires_at: at(52) },
		}),
		"GET /door": () => ({
			body: {
				state: state.grounds.length > 0 ? "open" : "closed",
				grounds: state.grounds,
				can_see: [],
				notices: [],
				pin_closed: false,
			},
		}),
		"POST /grounds/0193-ground/end": () => {
			state.grounds = [];
			return { body: { cut_millis: 200, visits: 1, streams: 0, written: true } };
		},
	});
	const enter = (changes: Partial<Ground> = {}) => {
		const now = at(0);
		state.grounds = [ground({ opened_at: now, ...changes })];
		state.digits = SECOND;
		state.issued = now;
	};
	return { state, calls, enter };
}

const open = async () => {
	await userEvent.click(screen.getByRole("button", { name: "Support" }));
	await screen.findByTestId("pin");
};

describe("when the PIN is used while it is shown", () => {
	afterEach(() => void vi.unstubAllGlobals());

	test("name, words and End now take its place, and are announced", async () => {
		const { enter } = server();
		const { client } = show(<SupportSheet me={contact()} />);
		await open();
		enter();
		await client.invalidateQueries();
		const told = await screen.findByTestId("entered");
		expect(told.getAttribute("role")).toBe("alert");
		expect(within(told).getByText("Jana Brückner ist da.")).toBeDefined();
		expect(told.textContent).toContain("Leuchtturm – Pflaume");
		expect(screen.queryByTestId("pin")).toBeNull();
	});

	test("a new PIN is shown only when it is asked for", async () => {
		const { enter } = server();
		const { client } = show(<SupportSheet me={contact()} />);
		await open();
		enter();
		// The PIN's answer may come before the door's: it is not shown then either.
		await client.invalidateQueries({ queryKey: ["pin"] });
		expect(await screen.findByText("Diese PIN gilt nicht mehr.")).toBeDefined();
		expect(screen.queryByTestId("pin")).toBeNull();
		await client.invalidateQueries();
		await screen.findByTestId("entered");
		expect(screen.queryByTestId("pin")).toBeNull();
		await userEvent.click(screen.getByRole("button", { name: "Neue PIN zeigen" }));
		expect((await screen.findByTestId("pin")).dataset.digits).toBe(SECOND);
	});

	test("rule B6: whoever shuts the sheet and presses again sees the new PIN at once", async () => {
		const { enter } = server();
		const { client } = show(<SupportSheet me={contact()} />);
		await open();
		enter();
		// The PIN that is kept is still the old one.
		await client.invalidateQueries({ queryKey: ["door"] });
		await screen.findByTestId("entered");
		await userEvent.click(screen.getByRole("button", { name: "Schließen" }));
		await waitFor(() => expect(screen.queryByTestId("entered")).toBeNull());
		await open();
		await waitFor(() => expect(screen.getByTestId("pin").dataset.digits).toBe(SECOND));
	});

	test("End now ends it there, and says how long it took", async () => {
		const { calls, enter } = server();
		const { client } = show(<SupportSheet me={contact()} />);
		await open();
		enter();
		await client.invalidateQueries();
		await userEvent.click(await screen.findByRole("button", { name: "Jetzt beenden" }));
		await waitFor(() => expect(screen.getByTestId("entered").dataset.state).toBe("ended"));
		expect(screen.getByText("Nach 0,2 s war alles zu.")).toBeDefined();
		expect(calls.some(({ path }) => path === "/grounds/0193-ground/end")).toBe(true);
		expect(screen.queryByTestId("pin")).toBeNull();
	});

	test("somebody who was in before, and somebody else's PIN, leave this PIN alone", async () => {
		const { state } = server();
		const { client } = show(<SupportSheet me={contact()} />);
		await open();
		state.grounds = [
			ground({ id: "older", opened_at: state.issued }),
			ground({ id: "others", opened_at: at(0), contact: { id: "k2", name: "Ole" } }),
			ground({ id: "ticket", opened_at: at(0), kind: "takeover" }),
		];
		await client.invalidateQueries();
		await waitFor(() => expect(client.isFetching()).toBe(0));
		expect(screen.getByTestId("pin").dataset.digits).toBe(FIRST);
	});
});

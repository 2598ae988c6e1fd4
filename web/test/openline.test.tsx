// U5: an open door is seen on every page, in the title and in the icon.
import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { OpenLine } from "../src/portal/door/OpenLine";
import type { Ground } from "../src/shared/api/types";
import { useTitle } from "../src/shared/frame/title";
import { answers, at, ground, show } from "./help";

function Page() {
	useTitle("Anfragen");
	return <OpenLine />;
}

function server(grounds: Ground[]) {
	const state = { grounds };
	const calls = answers({
		"GET /door": () => ({
			body: {
				state: state.grounds.length > 0 ? "open" : "closed",
				grounds: state.grounds,
				can_see: [],
				notices: [],
				pin_closed: false,
			},
		}),
		...Object.fromEntries(
			grounds.map(({ id }) => [
				`POST /grounds/${id}/end`,
				() => {
					state.grounds = state.grounds.filter((one) => one.id !== id);
					return { body: { cut_millis: 200, visits: 0, streams: 0, written: true } };
				},
			]),
		),
	});
	return { state, calls };
}

const icon = () => document.querySelector<HTMLLinkElement>('link[rel="icon"]');

describe("an open door", () => {
	beforeEach(() => {
		document.head.innerHTML = '<link rel="icon" href="/favicon.svg" />';
	});
	afterEach(() => void vi.unstubAllGlobals());

	test("stands on every page with name and end, in title and icon", async () => {
		server([ground({ ends_at: at(41) })]);
		show(<Page />, "/requests");
		const line = await screen.findByRole("link", {
			name: /^Offen für Jana Brückner bis \d\d:\d\d$/,
		});
		expect(line.getAttribute("href")).toBe("/home");
		expect(document.title).toBe("Offen für Jana Brückner · Anfragen · Pforte");
		expect(icon()?.getAttribute("href")).toContain("favicon-open.svg");
	});

	test("one agent on two grounds is one person, and End now ends both", async () => {
		const { calls } = server([ground({ id: "g1" }), ground({ id: "g2", kind: "takeover" })]);
		show(<Page />, "/requests");
		await screen.findByText(/Offen für Jana Brückner/);
		await userEvent.click(screen.getByRole("button", { name: "Jetzt beenden" }));
		expect(await screen.findByText(/Nach 0,2 s war alles zu/)).toBeDefined();
		const ended = calls.filter(({ path }) => path.endsWith("/end")).map(({ path }) => path);
		expect(ended.sort()).toEqual(["/grounds/g1/end", "/grounds/g2/end"]);
		await waitFor(() => expect(document.title).toBe("Anfragen · Pforte"));
		expect(icon()?.getAttribute("href")).toContain("/favicon.svg");
	});

	test("two people are counted", async () => {
		const other = { id: "s2", name: "Lena Brandt", username: "lena" };
		server([ground({ id: "g1" }), ground({ id: "g2", staff: other })]);
		show(<Page />, "/requests");
		expect(await screen.findByText(/Offen für 2 Personen/)).toBeDefined();
	});

	test("the door's own page shows it itself; a shut one leaves no line anywhere", async () => {
		server([ground()]);
		const home = show(<Page />, "/home");
		await waitFor(() => expect(document.title).toMatch(/^Offen für Jana Brückner/));
		expect(screen.queryByRole("button", { name: "Jetzt beenden" })).toBeNull();
		home.unmount();
		server([]);
		show(<Page />, "/requests");
		await waitFor(() => expect(document.title).toBe("Anfragen · Pforte"));
		expect(screen.queryByRole("link")).toBeNull();
	});
});

// U14: a customer says that a visit was not agreed; the leads read it, the staff member concerned does not.
import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Route, Routes } from "react-router";
import { afterEach, describe, expect, test, vi } from "vitest";
import Alarms from "../src/desk/leads/Alarms";
import type { Objection } from "../src/shared/api/types";
import { GroundPage } from "../src/shared/visit/GroundPage";
import { answers, at, ground, show } from "./help";

const visit = {
	id: "v1",
	ground_id: "0193-ground",
	product: { id: "panel", name: "Panel" },
	staff: { id: "s1", name: "Jana Brückner" },
	acting_as: { id: "k1", name: "Mara Sonnenfeld" },
	reason: null,
	state: "ended",
	started_at: at(-4),
	ends_at: at(40),
	ended_at: at(-1),
	ended_how: "customer",
	cut_millis: 200,
	pages: 3,
	loaded: 0,
	refused: 0,
	last: null,
	of_colleague: false,
};
const told: Objection = {
	visit_id: "v1",
	ground_id: "0193-ground",
	at: at(0),
	by: { id: "k1", name: "Mara Sonnenfeld" },
	said: "Niemand hat angerufen.",
};

function server(said: Objection[]) {
	const state = { said };
	return answers({
		"GET /grounds/0193-ground": { body: ground({ visits: [visit] }) },
		"GET /grounds/0193-ground/objections": () => ({ body: state.said }),
		"POST /visits/v1/objection": () => {
			state.said = [told];
			return { body: told };
		},
	});
}

function page(as: "customer" | "lead" | "staff") {
	show(
		<Routes>
			<Route path="/visits/:groundId" element={<GroundPage as={as} />} />
		</Routes>,
		"/visits/0193-ground",
	);
	return screen.findByRole("heading", { name: "Panel" });
}

describe("that was not agreed", () => {
	afterEach(() => void vi.unstubAllGlobals());

	test("a customer says so with a sentence, and sees that it is told", async () => {
		const calls = server([]);
		await page("customer");
		await userEvent.click(
			await screen.findByRole("button", { name: "Das war nicht abgesprochen" }),
		);
		await userEvent.keyboard("Niemand hat angerufen.");
		await userEvent.click(screen.getByRole("button", { name: "Der Leitung melden" }));
		const shown = await screen.findByTestId("objection");
		expect(within(shown).getByText("Niemand hat angerufen.")).toBeDefined();
		const sent = calls.find(({ method }) => method === "POST");
		expect(sent?.body).toEqual({ said: "Niemand hat angerufen." });
		expect(screen.queryByRole("button", { name: "Das war nicht abgesprochen" })).toBeNull();
	});

	test("without a sentence it is sent as well", async () => {
		const calls = server([]);
		await page("customer");
		await userEvent.click(
			await screen.findByRole("button", { name: "Das war nicht abgesprochen" }),
		);
		await userEvent.click(screen.getByRole("button", { name: "Der Leitung melden" }));
		await screen.findByTestId("objection");
		expect(calls.find(({ method }) => method === "POST")?.body).toEqual({ said: null });
	});

	test("leads read it and cannot say it", async () => {
		server([told]);
		await page("lead");
		expect(await screen.findByText("Niemand hat angerufen.")).toBeDefined();
		expect(screen.queryByRole("button", { name: "Das war nicht abgesprochen" })).toBeNull();
	});

	test("the staff member concerned is not even asked about", async () => {
		const calls = server([told]);
		await page("staff");
		expect(screen.queryByTestId("objection")).toBeNull();
		expect(calls.some(({ path }) => path.endsWith("/objections"))).toBe(false);
	});

	test("in Alarms it stands with its sentence and leads to the visit", async () => {
		const alarm = {
			id: "a1",
			at: at(0),
			code: "visit.objected",
			staff: { id: "s1", name: "Jana Brückner" },
			customer: { id: "c1", number: "1042", name: "Bäckerei Sonnenfeld" },
			objection: told,
			acknowledged_at: null,
			acknowledged_by: null,
		};
		answers({ "GET /alarms": { body: { items: [alarm], next: null } } });
		show(<Alarms />);
		const text = "Ein Kunde sagt: Dieser Besuch war nicht abgesprochen.";
		expect(await screen.findByText(text)).toBeDefined();
		expect(screen.getByText("Niemand hat angerufen.")).toBeDefined();
		const link = screen.getByRole("link", { name: "Zum Besuch" });
		expect(link.getAttribute("href")).toBe("/desk/visits/0193-ground");
	});
});

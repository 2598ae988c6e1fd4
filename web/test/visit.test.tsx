import { screen } from "@testing-library/react";
import { Route, Routes } from "react-router";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Visit } from "../src/api/types";
import { GroundPage } from "../src/visit/GroundPage";
import { placeText } from "../src/visit/tell";
import { answers, at, ground, show } from "./help";

function visit(id: string, reason: Visit["reason"]): Visit {
	return {
		id,
		of_colleague: false,
		ground_id: ground().id,
		product: { id: "panel", name: "Panel" },
		staff: { id: "s1", name: "Jana Brückner" },
		acting_as: { id: "k1", name: "Mara Sonnenfeld" },
		state: "ended",
		started_at: at(-4),
		ends_at: at(56),
		pages: 3,
		refused: 0,
		reason,
	};
}

describe("an entry of the visitor book", () => {
	afterEach(() => void vi.unstubAllGlobals());

	test("rule T24: a further visit's own reason is told, the ground's not twice", async () => {
		const first = visit("v1", ground().reason);
		const second = visit("v2", { category: "question", text: "Noch einmal nachgesehen" });
		const entry = ground({ visits: [second, first] });
		answers({ [`GET /grounds/${entry.id}`]: { body: entry } });
		show(
			<Routes>
				<Route path="/visits/:groundId" element={<GroundPage />} />
			</Routes>,
			`/visits/${entry.id}`,
		);
		expect(await screen.findByText("Frage: Noch einmal nachgesehen")).toBeDefined();
		expect(screen.getAllByText(/Bestellungen kommen doppelt an/)).toHaveLength(1);
	});

	test("rule X5: a takeover tells its request, and leads to it", async () => {
		const ticket = { id: "t1", number: 1042, subject: "Bestellungen kommen doppelt an" };
		const entry = ground({ kind: "takeover", reason: null, record: null, words: null, ticket });
		answers({ [`GET /grounds/${entry.id}`]: { body: entry } });
		show(
			<Routes>
				<Route path="/visits/:groundId" element={<GroundPage />} />
			</Routes>,
			`/visits/${entry.id}`,
		);
		const link = await screen.findByRole("link", { name: "1042, Bestellungen kommen doppelt an" });
		expect(link.getAttribute("href")).toBe("/requests/t1");
		expect(screen.getByText("Die Anfrage wurde übernommen.")).toBeDefined();
		expect(screen.queryByText("nicht mehr lesbar")).toBeNull();
	});

	test("a PIN redeemed for a request keeps its own reason, call and request", async () => {
		const ticket = { id: "t1", number: 1042, subject: "Rechnung" };
		const entry = ground({ ticket });
		answers({ [`GET /grounds/${entry.id}`]: { body: entry } });
		show(
			<Routes>
				<Route path="/visits/:groundId" element={<GroundPage />} />
			</Routes>,
			`/visits/${entry.id}`,
		);
		expect(await screen.findByText("Störung: Bestellungen kommen doppelt an")).toBeDefined();
		expect(screen.getByRole("link", { name: "1042, Rechnung" })).toBeDefined();
		expect(screen.getByText(/\+49 30 5550117/)).toBeDefined();
	});

	test("a mere file goes by its name, a page by its area", () => {
		const last = { at: at(0), path: "/domains/17", area: "domains" };
		expect(placeText(last)).toBe("domains");
		expect(placeText({ ...last, path: "/assets/app.css", area: "assets" })).toBe("app.css");
		expect(placeText({ ...last, path: "/", area: "" })).toBe("/");
	});
});

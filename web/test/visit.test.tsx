import { screen } from "@testing-library/react";
import { Route, Routes } from "react-router";
import { afterEach, describe, expect, test, vi } from "vitest";
import { VisitBook } from "../src/portal/visits/VisitBook";
import type { Visit, VisitRequest } from "../src/shared/api/types";
import { GroundPage } from "../src/shared/visit/GroundPage";
import { askedText, opened, placeText } from "../src/shared/visit/tell";
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
		loaded: 0,
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

	test("the book tells how long somebody was in and how that ended, not how long it could have been", async () => {
		const by = { kind: "staff" as const, name: "Jana Brückner" };
		const ending = { how: "staff", by, de: "Vom Support beendet", en: "Ended by support" };
		const expired = { how: "expired", by: null, de: "Zeit abgelaufen", en: "The time was up" };
		const past = { state: "ended" as const, opened_at: at(-1800), ended_at: at(-5) };
		const closed = { how: "closed_by_staff", by, de: "Anfrage geschlossen", en: "Closed" };
		const first = { ...visit("v1", null), started_at: at(-1700), ended_at: at(-1690), ending };
		const second = { ...visit("v2", null), started_at: at(-1695), ended_at: at(-1680), ending };
		const items = [
			ground({ ...past, id: "g1", kind: "takeover", ending: closed, visits: [second, first] }),
			ground({ ...past, id: "g2", ending: expired, visits: [first] }),
			ground({ ...past, id: "g3", ending: expired }),
		];
		answers({ "GET /grounds": { body: { items, next: null } } });
		show(<VisitBook />);
		const lines = await screen.findAllByTestId("visit-line");
		const text = lines.map((line) => line.textContent ?? "");
		expect(text[0]).toContain("Vom Support beendet (Jana Brückner) · 2 Besuche, zusammen 20 Min.");
		expect(text[1]).toContain("Vom Support beendet (Jana Brückner) · 10 Min.");
		expect(text[2]).toContain("Nichts geöffnet");
		for (const one of text) expect(one).not.toMatch(/Zeit abgelaufen|30 Std|Anfrage geschlossen/);
	});

	test("an area goes by its name in the reader's language", () => {
		const place = { area: "servers", area_name: { de: "Server", en: "Servers" } };
		expect(placeText(place, "de")).toBe("Server");
		expect(placeText(place, "en")).toBe("Servers");
		expect(placeText({ area: "servers", area_name: null }, "en")).toBe("servers");
	});

	test("seven pages are seven lines: what they load is folded, what was refused is not", () => {
		const request = (path: string, more: Partial<VisitRequest> = {}): VisitRequest => ({
			at: at(0),
			method: "GET",
			path,
			area: "servers",
			area_name: null,
			page: false,
			file: false,
			query: [],
			body: [],
			status: 200,
			action: "view",
			class: "product",
			outcome: "forwarded",
			code: "open",
			...more,
		});
		const newestFirst = [1, 2, 3, 4, 5, 6, 7].flatMap((n) => [
			request("/assets/a.js", { file: true }),
			request("/api/x"),
			request(`/page/${n}`, { page: true, query: ["tab"] }),
		]);
		newestFirst.splice(1, 0, request("/people", { outcome: "refused", code: "action.never" }));
		const lines = opened(newestFirst);
		expect(lines.filter((line) => line.request?.page)).toHaveLength(7);
		expect(lines).toHaveLength(8);
		expect(lines[0]?.request?.path).toBe("/people");
		expect(lines[1]?.files).toHaveLength(1);
		expect(lines[1]?.loaded).toHaveLength(1);
		expect(lines[1]?.request && askedText(lines[1].request)).toBe("GET /page/1?tab");
		const cut = opened(newestFirst.slice(0, -1));
		expect(cut.at(-1)?.request).toBeNull();
	});
});

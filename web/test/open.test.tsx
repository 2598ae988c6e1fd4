import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ProductLine } from "../src/desk/ProductLine";
import type { Ground, Visit } from "../src/shared/api/types";
import { answers, at, ground, show } from "./help";

const panel = { id: "panel", name: "Panel" };

function visit(changes: Partial<Visit> = {}): Visit {
	return {
		id: "v1",
		of_colleague: false,
		ground_id: ground().id,
		product: panel,
		staff: { id: "s1", name: "Jana Brückner" },
		acting_as: { id: "k1", name: "Mara Sonnenfeld" },
		state: "ended",
		started_at: at(-4),
		ends_at: at(56),
		pages: 3,
		loaded: 0,
		refused: 0,
		...changes,
	};
}

function line(of: Ground) {
	const shown = {
		product: panel,
		decision: "open",
		code: "open",
		ground_id: of.id,
		until: of.ends_at,
	};
	return show(<ProductLine line={shown} ground={of} />);
}

const tab = { opener: {}, location: { replace: vi.fn() }, close: vi.fn() };
const opened = { body: { visit: visit(), url: "https://panel.example/in" } };
const press = () => userEvent.click(screen.getByRole("button", { name: "Panel öffnen" }));

describe("opening a product", () => {
	beforeEach(() => {
		vi.clearAllMocks();
		vi.stubGlobal("open", () => tab);
	});
	afterEach(() => void vi.unstubAllGlobals());

	test("the first visit on a ground opens with one press and no reason of its own", async () => {
		const calls = answers({ "POST /visits": opened });
		line(ground());
		await press();
		await waitFor(() => expect(tab.location.replace).toHaveBeenCalledWith(opened.body.url));
		expect(calls[0]?.body).toEqual({ ground_id: ground().id, product: "panel" });
	});

	test("rule T24: a further visit asks for its own reason first; Enter opens", async () => {
		const calls = answers({ "POST /visits": opened });
		line(ground({ visits: [visit()] }));
		await press();
		expect(calls).toHaveLength(0);
		const text = screen.getByLabelText("Worum geht es?");
		expect(document.activeElement).toBe(text);
		await userEvent.keyboard("{Enter}");
		expect(calls).toHaveLength(0);
		expect(screen.getByText("Bitte ausfüllen.")).toBeDefined();
		await userEvent.type(text, "Noch einmal nachsehen{Enter}");
		await waitFor(() => expect(tab.location.replace).toHaveBeenCalledWith(opened.body.url));
		expect(calls[0]?.body).toEqual({
			ground_id: ground().id,
			product: "panel",
			reason: { category: "fault", text: "Noch einmal nachsehen" },
		});
		expect(screen.queryByLabelText("Worum geht es?")).toBeNull();
	});

	test("Escape leaves the form, and the focus is where it came from", async () => {
		answers({});
		line(ground({ visits: [visit()] }));
		await press();
		await userEvent.keyboard("{Escape}");
		expect(screen.queryByLabelText("Worum geht es?")).toBeNull();
		expect(document.activeElement?.textContent).toContain("Öffnen");
	});

	test("rule T24: entered meanwhile in another tab, the refusal becomes the question", async () => {
		answers({ "POST /visits": { status: 403, body: { code: "needs.reason" } } });
		line(ground());
		await press();
		expect(await screen.findByLabelText("Worum geht es?")).toBeDefined();
		expect(tab.close).toHaveBeenCalled();
		expect(screen.queryByText("Dafür braucht es einen Grund.")).toBeNull();
	});
});

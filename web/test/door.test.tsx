import { focusManager, QueryClientProvider } from "@tanstack/react-query";
import { act, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { MemoryRouter } from "react-router";
import { afterEach, describe, expect, test, vi } from "vitest";
import { Home } from "../src/portal/door/Home";
import { OpenLine } from "../src/portal/door/OpenLine";
import { answers, at, ground, show } from "./help";

const closed = { state: "closed", grounds: [], can_see: [], pin_closed: false, notices: [] };
const noVisits = { items: [], next: null };

describe("the customer's door", () => {
	afterEach(() => void vi.unstubAllGlobals());

	test("closed: says so in one sentence, in the page and in its title", async () => {
		answers({ "GET /door": { body: closed }, "GET /grounds": { body: noVisits } });
		show(<Home />);
		expect(await screen.findByRole("heading", { name: "Geschlossen." })).toBeDefined();
		expect(screen.getByText("Niemand vom Support kann Ihr Konto sehen.")).toBeDefined();
		expect(document.title).toBe("Geschlossen · Pforte");
		expect(screen.queryByRole("button", { name: "Jetzt beenden" })).toBeNull();
	});

	test("rule W6: open shows the name and the word pair", async () => {
		answers({
			"GET /door": { body: { ...closed, state: "open", grounds: [ground()] } },
			"GET /grounds": { body: noVisits },
		});
		show(
			<>
				<Home />
				<OpenLine />
			</>,
			"/home",
		);
		expect(await screen.findByText("für Jana Brückner")).toBeDefined();
		expect(screen.getByTestId("words").textContent).toBe("LeuchtturmundPflaume");
		expect(document.title).toBe("Offen für Jana Brückner · Pforte");
	});

	test("what two parts of the page want is asked for once", async () => {
		const calls = answers({ "GET /door": { body: closed }, "GET /grounds": { body: noVisits } });
		const { client } = show(<OpenLine />, "/home");
		await waitFor(() => expect(client.getQueryData(["door"])).toBeDefined());
		render(
			<QueryClientProvider client={client}>
				<MemoryRouter initialEntries={["/visits"]}>
					<OpenLine />
				</MemoryRouter>
			</QueryClientProvider>,
		);
		await new Promise((resolve) => setTimeout(resolve, 50));
		expect(calls.filter(({ path }) => path === "/door")).toHaveLength(1);
	});

	test("a page that nobody looks at does not ask by itself, and asks when it is shown", async () => {
		vi.useFakeTimers();
		try {
			focusManager.setFocused(true);
			const calls = answers({ "GET /door": { body: closed } });
			const asked = () => calls.filter(({ path }) => path === "/door").length;
			show(<OpenLine />, "/visits");
			await act(() => vi.advanceTimersByTimeAsync(100));
			expect(asked()).toBe(1);
			await act(() => vi.advanceTimersByTimeAsync(30_000));
			expect(asked()).toBeGreaterThan(2);
			const before = asked();
			focusManager.setFocused(false);
			await act(() => vi.advanceTimersByTimeAsync(120_000));
			expect(asked()).toBe(before);
			focusManager.setFocused(true);
			await act(() => vi.advanceTimersByTimeAsync(100));
			expect(asked()).toBe(before + 1);
		} finally {
			focusManager.setFocused(undefined);
			vi.useRealTimers();
		}
	});

	test("one agent on two grounds is one person", async () => {
		const grounds = [ground({ id: "g1" }), ground({ id: "g2", kind: "takeover" })];
		answers({
			"GET /door": { body: { ...closed, state: "open", grounds } },
			"GET /grounds": { body: noVisits },
		});
		show(<Home />);
		expect(await screen.findByText("für Jana Brückner")).toBeDefined();
		expect(screen.queryByText(/Personen/)).toBeNull();
		expect(screen.getAllByTestId("open-ground")).toHaveLength(2);
	});

	test("rule X5: a takeover names its request and ends with it", async () => {
		const takeover = ground({
			kind: "takeover",
			words: null,
			reason: null,
			record: null,
			ticket: { id: "t1", number: 1042, subject: "Bestellungen kommen doppelt an" },
			ends_at: "2026-12-22T10:00:00Z",
		});
		answers({
			"GET /door": { body: { ...closed, state: "open", grounds: [takeover] } },
			"GET /grounds": { body: noVisits },
		});
		vi.setSystemTime("2026-11-22T10:00:00Z");
		show(<Home />);
		const link = await screen.findByRole("link", { name: "Wegen Ihrer Anfrage 1042" });
		expect(link.getAttribute("href")).toBe("/requests/t1");
		expect(screen.getByText("bis die Anfrage endet, spätestens 22. Dez. 2026")).toBeDefined();
		expect(screen.queryByTestId("words")).toBeNull();
		vi.useRealTimers();
	});

	test("rule W8: End now ends the ground and tells the measured time", async () => {
		let over = false;
		const calls = answers({
			"GET /door": () => ({
				body: over ? closed : { ...closed, state: "open", grounds: [ground()] },
			}),
			"GET /grounds": { body: noVisits },
			"POST /grounds/0193-ground/end": () => {
				over = true;
				return { body: { ended_at: "", cut_millis: 200, streams: 2, written: true } };
			},
		});
		show(<Home />);
		await userEvent.click(await screen.findByRole("button", { name: "Jetzt beenden" }));
		const result = await screen.findByTestId("end-result");
		expect(result.textContent).toContain("Nach 0,2 s war alles zu.");
		expect(calls.filter((call) => call.method === "POST")).toHaveLength(1);
		expect(screen.getByTestId("door").dataset.state).toBe("closed");
	});

	test("control W2: ended but not yet written is told, and the door is shut all the same", async () => {
		let over = false;
		answers({
			"GET /door": () => ({
				body: over ? closed : { ...closed, state: "open", grounds: [ground()] },
			}),
			"GET /grounds": { body: noVisits },
			"POST /grounds/0193-ground/end": () => {
				over = true;
				return { body: { ended_at: "", cut_millis: 9, streams: 0, written: false } };
			},
		});
		show(<Home />);
		await userEvent.click(await screen.findByRole("button", { name: "Jetzt beenden" }));
		const result = await screen.findByTestId("end-result");
		expect(result.textContent).toContain("Der Zugang ist zu.");
	});

	test("a new contact is told calmly, a closed PIN way with its sign", async () => {
		const notices = ["contact.added", "pin.closed"].map((code) => ({ code, at: at(-3) }));
		answers({
			"GET /door": { body: { ...closed, notices } },
			"GET /grounds": { body: noVisits },
		});
		show(<Home />);
		const added = await screen.findByText(/ein neuer Kontakt angelegt/);
		expect(added.textContent).not.toContain("!");
		expect(screen.getByText(/Der Weg über die PIN ist/).textContent).toContain("!");
	});

	test("no answer: the door is not sure, never closed", async () => {
		answers({ "GET /door": { status: 404, body: { code: "internal" } } });
		show(<Home />);
		await waitFor(() => expect(screen.getByTestId("door").dataset.state).toBe("unsure"));
		expect(screen.queryByText("Geschlossen.")).toBeNull();
	});

	test("an old entry without its reason is still told", async () => {
		const old = ground({ state: "ended", words: null, reason: null, record: null });
		answers({
			"GET /door": { body: closed },
			"GET /grounds": { body: { items: [{ ...old, ended_how: "staff" }], next: null } },
		});
		show(<Home />);
		expect(await screen.findByText("nicht mehr lesbar")).toBeDefined();
	});
});

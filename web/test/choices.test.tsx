// U9: what is offered can be taken: people who could open something, requests of the same customer; and an
// end reads as a point in time, near or far.
import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, test, vi } from "vitest";
import { HandOverDialog } from "../src/desk/ticket/dialogs";
import { MergeDialog } from "../src/desk/ticket/MergeDialog";
import { useTicketActions } from "../src/desk/ticket/useTicket";
import type { TicketView } from "../src/shared/api/types";
import { VisitLine } from "../src/shared/visit/VisitLine";
import { answers, at, ground, show } from "./help";

const ticket = {
	id: "t1",
	number: 1042,
	subject: "Bestellungen doppelt",
	customer: { id: "c1", number: "K-1", name: "Bäckerei Sonnenfeld" },
	assignee: { id: "s1", name: "Jana Brückner", username: "jana" },
} as unknown as TicketView;

function Dialogs({ of: Of }: { of: typeof HandOverDialog }) {
	return <Of ticket={ticket} actions={useTicketActions("t1")} onClose={() => {}} />;
}

describe("what is offered", () => {
	afterEach(() => void vi.unstubAllGlobals());

	test("a request goes only to who could open something; the others are named", async () => {
		const items = [
			{ id: "s1", name: "Jana Brückner", username: "jana", may_enter: true },
			{ id: "s2", name: "Timo Neuhaus", username: "timo", may_enter: false },
			{ id: "s3", name: "Lena Brandt", username: "lena", may_enter: true },
		];
		answers({ "GET /colleagues": { body: { items, next: null } } });
		show(<Dialogs of={HandOverDialog} />);
		const choice = await screen.findByRole("combobox");
		const names = within(choice).getAllByRole("option");
		expect(names.map((one) => one.textContent)).toEqual(["Lena Brandt"]);
		expect(screen.getByText(/Timo Neuhaus/)).toBeDefined();
	});

	test("merging offers the customer's other requests; a number is for all others", async () => {
		const line = (id: string, number: number, state = "open") => ({
			...ticket,
			id,
			number,
			subject: `Anfrage ${number}`,
			state,
		});
		const items = [line("t2", 1050), line("t1", 1042), line("t3", 1001, "locked")];
		const calls = answers({
			"GET /tickets": { body: { items, next: null } },
			"POST /tickets/t1/merge": { body: ticket },
		});
		show(<Dialogs of={MergeDialog} />);
		const choice = await screen.findByRole("combobox");
		const offered = within(choice).getAllByRole("option");
		expect(offered.map((one) => one.textContent)).toEqual([
			"#1050 Anfrage 1050",
			"eine andere Nummer",
		]);
		expect(screen.queryByRole("textbox")).toBeNull();
		await userEvent.selectOptions(choice, "eine andere Nummer");
		expect(screen.getByRole("textbox")).toBeDefined();
		await userEvent.selectOptions(choice, "t2");
		await userEvent.click(screen.getByRole("button", { name: "Zusammenführen" }));
		expect(calls.find(({ path }) => path.endsWith("/merge"))?.body).toEqual({ into_id: "t2" });
	});

	test("open until a time, not until “in 51 minutes”; far away with its date", () => {
		const near = show(<VisitLine ground={ground({ ends_at: at(51) })} to="/x" />);
		expect(screen.getByText(/^offen bis \d\d:\d\d$/)).toBeDefined();
		near.unmount();
		show(<VisitLine ground={ground({ ends_at: at(29 * 1440) })} to="/x" />);
		expect(screen.getByText(/^offen bis \d+\. \S+ \d{4}, \d\d:\d\d$/)).toBeDefined();
	});
});

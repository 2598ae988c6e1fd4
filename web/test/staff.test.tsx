import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, test, vi } from "vitest";
import Sessions from "../src/desk/leads/Sessions";
import Staff from "../src/desk/leads/Staff";
import { changed } from "../src/desk/leads/StaffChange";
import type { StaffRow } from "../src/shared/api/types";
import { agent, answers, show } from "./help";

const timo: StaffRow = {
	id: "s2",
	name: "Timo Neuhaus",
	username: "timo",
	email: "timo@nordlicht.example",
	roles: ["agent"],
	active: true,
	form_locked: true,
	lacks: ["guidelines"],
};
const list = { "GET /staff": { body: { items: [timo], next: null } } };
const admin = () => agent({ roles: ["admin"] });
const lead = () => agent({ roles: ["success_lead"] });

describe("what leads may and admins may not", () => {
	afterEach(() => void vi.unstubAllGlobals());

	test("control 24: a lead may end everything, an admin reads who may", async () => {
		answers({ "GET /grounds": { body: { items: [], next: null } } });
		const { unmount } = show(<Sessions me={lead()} />);
		expect(await screen.findByRole("button", { name: "Alles beenden" })).toBeDefined();
		unmount();
		show(<Sessions me={admin()} />);
		expect(await screen.findByText(/Alles auf einmal beenden darf nur die Leitung/)).toBeDefined();
		expect(screen.queryByRole("button", { name: "Alles beenden" })).toBeNull();
	});

	test("control 6: a lead unlocks, an admin reads who may", async () => {
		answers(list);
		const { unmount } = show(<Staff me={lead()} />);
		expect(await screen.findByRole("button", { name: "Entsperren" })).toBeDefined();
		expect(screen.queryByRole("button", { name: "Ändern" })).toBeNull();
		unmount();
		show(<Staff me={admin()} />);
		expect(await screen.findByText("Entsperren darf nur die Leitung.")).toBeDefined();
		expect(screen.queryByRole("button", { name: "Entsperren" })).toBeNull();
	});

	test("control 6: nobody is offered to unlock their own field", async () => {
		answers(list);
		show(<Staff me={{ ...lead(), id: "s2" }} />);
		expect(await screen.findByText(/entsperrt jemand anderes aus der Leitung/)).toBeDefined();
		expect(screen.queryByRole("button", { name: "Entsperren" })).toBeNull();
	});
});

describe("what admins change", () => {
	afterEach(() => void vi.unstubAllGlobals());

	test("roles, and a training taken back; nothing else is sent", async () => {
		const calls = answers({ ...list, "PATCH /staff/s2": { body: timo } });
		show(<Staff me={admin()} />);
		await userEvent.click(await screen.findByRole("button", { name: "Ändern" }));
		await userEvent.click(screen.getByLabelText("Leitung Support"));
		await userEvent.click(screen.getByLabelText("Schulungen erledigt"));
		await userEvent.click(screen.getByRole("button", { name: "Speichern" }));
		await waitFor(() => expect(screen.queryByRole("button", { name: "Speichern" })).toBeNull());
		expect(calls.find((call) => call.method === "PATCH")?.body).toEqual({
			roles: ["agent", "support_lead"],
			training_done: false,
		});
	});

	test("somebody without any role is not sent", async () => {
		const calls = answers(list);
		show(<Staff me={admin()} />);
		await userEvent.click(await screen.findByRole("button", { name: "Ändern" }));
		await userEvent.click(screen.getByLabelText("Support"));
		await userEvent.click(screen.getByRole("button", { name: "Speichern" }));
		expect(await screen.findByText("Mindestens eine Rolle.")).toBeDefined();
		expect(calls.some((call) => call.method === "PATCH")).toBe(false);
	});

	test("one's own administration role and account stay", async () => {
		const me = { ...timo, roles: ["admin"], form_locked: false };
		const calls = answers({ "GET /staff": { body: { items: [me], next: null } } });
		show(<Staff me={{ ...admin(), id: "s2" }} />);
		await userEvent.click(await screen.findByRole("button", { name: "Ändern" }));
		expect(screen.queryByRole("button", { name: "Stilllegen" })).toBeNull();
		const box = screen.getByLabelText<HTMLInputElement>("Verwaltung");
		await userEvent.click(box);
		expect(box.checked).toBe(true);
		await userEvent.click(screen.getByRole("button", { name: "Speichern" }));
		expect(calls.some((call) => call.method === "PATCH")).toBe(false);
	});

	test("only what differs is a change", () => {
		const same = { roles: ["agent"], training_done: true, guidelines_accepted: false };
		expect(changed(timo, same)).toEqual({});
		expect(changed(timo, { ...same, guidelines_accepted: true })).toEqual({
			guidelines_accepted: true,
		});
	});
});

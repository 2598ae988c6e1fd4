import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useRef } from "react";
import { useLocation } from "react-router";
import { afterEach, describe, expect, test, vi } from "vitest";
import { Finder } from "../src/desk/Finder";
import { useDeskKeys } from "../src/desk/Keys";
import { answers, show } from "./help";

const mara = { id: "k1", name: "Mara Sonnenfeld", role: "owner", support: true };
const ole = { id: "k2", name: "Ole Brandt", role: "member", support: false };
const bakery = { id: "c1", number: "1042", name: "Bäckerei", group: null, contacts: [ole, mara] };

function Page() {
	const input = useRef<HTMLInputElement>(null);
	const location = useLocation();
	useDeskKeys(
		() => input.current?.focus(),
		() => {},
	);
	return (
		<>
			<Finder input={input} />
			<p data-testid="where">{location.pathname + location.search}</p>
		</>
	);
}

const where = () => screen.getByTestId("where").textContent;

describe("the finder", () => {
	afterEach(() => void vi.unstubAllGlobals());

	test("/ from anywhere, a name, Enter: there, even before the answer came", async () => {
		answers({ "GET /customers": { body: { items: [bakery], next: null } } });
		show(<Page />);
		await userEvent.keyboard("/mara{Enter}");
		await waitFor(() => expect(where()).toBe("/desk/customers/c1?contact=k1"));
	});

	test("arrows choose another contact", async () => {
		answers({ "GET /customers": { body: { items: [bakery], next: null } } });
		show(<Page />);
		await userEvent.keyboard("/mara");
		await screen.findAllByRole("option");
		await userEvent.keyboard("{ArrowDown}{Enter}");
		await waitFor(() => expect(where()).toBe("/desk/customers/c1?contact=k2"));
	});

	test("Escape closes the list and leaves the page", async () => {
		answers({ "GET /customers": { body: { items: [bakery], next: null } } });
		show(<Page />);
		await userEvent.keyboard("/mara");
		await screen.findAllByRole("option");
		await userEvent.keyboard("{Escape}");
		expect(screen.getByRole("combobox").getAttribute("aria-expanded")).toBe("false");
		expect(where()).toBe("/");
	});

	test("nobody found says what can be searched for", async () => {
		answers({ "GET /customers": { body: { items: [], next: null } } });
		show(<Page />);
		await userEvent.keyboard("/xyz");
		expect(await screen.findByText(/Nichts gefunden/)).toBeDefined();
	});
});

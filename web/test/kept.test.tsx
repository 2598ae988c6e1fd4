// U6: what was written stays over a reload, for its writer alone; the keyboard is never thrown off the page.
import { fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { useDeskKeys } from "../src/desk/Keys";
import { PinField } from "../src/desk/PinField";
import { keepFocus } from "../src/shared/frame/focus";
import { mayReload } from "../src/shared/frame/page";
import { show } from "./help";

describe("drafts", () => {
	beforeEach(() => sessionStorage.clear());

	/** The module as after a reload: only the tab's storage is left. */
	async function loaded() {
		vi.resetModules();
		return import("../src/shared/ticket/drafts");
	}

	test("an unsent answer is there after a reload, for whoever wrote it", async () => {
		const before = await loaded();
		before.claimDrafts("k1");
		before.keepDraft("t1 message", "Guten Tag");
		const after = await loaded();
		after.claimDrafts("k1");
		expect(after.draftOf("t1 message")).toBe("Guten Tag");
		const other = await loaded();
		other.claimDrafts("k2");
		expect(other.draftOf("t1 message")).toBe("");
	});

	test("sending and signing out leave nothing in the tab", async () => {
		const drafts = await loaded();
		drafts.claimDrafts("k1");
		drafts.keepDraft("t1 message", "Guten Tag");
		drafts.keepDraft("t1 message", "");
		expect(sessionStorage.length).toBe(0);
		drafts.keepDraft("t2 note", "Rückruf");
		drafts.forgetDrafts();
		expect(sessionStorage.length).toBe(0);
		expect(drafts.draftOf("t2 note")).toBe("");
	});

	test("what somebody put into the storage breaks nothing", async () => {
		for (const odd of ["[", '{"person":"k1","texts":[1,["a"],["b",2],["c","d"]]}', "null"]) {
			sessionStorage.setItem("pforte-drafts", odd);
			const drafts = await loaded();
			drafts.claimDrafts("k1");
			expect(drafts.draftOf("a")).toBe("");
			expect(drafts.draftOf("b")).toBe("");
		}
	});
});

describe("a page whose files are gone", () => {
	beforeEach(() => sessionStorage.clear());

	test("is loaded anew once, not for ever", () => {
		expect(mayReload(1_000_000)).toBe(true);
		expect(mayReload(1_001_000)).toBe(false);
		expect(mayReload(1_100_000)).toBe(true);
	});
});

describe("the keyboard", () => {
	afterEach(() => void vi.unstubAllGlobals());

	function Desk({ found, helped }: { found(): void; helped(): void }) {
		const [digits, setDigits] = useState("");
		useDeskKeys(found, helped);
		return <PinField digits={digits} autoFocus asked={false} onDigits={setDigits} />;
	}

	test("in the PIN field keys that are no digits are the desk's, Escape leaves it", async () => {
		const [found, helped] = [vi.fn(), vi.fn()];
		show(<Desk found={found} helped={helped} />);
		const pin = screen.getByRole<HTMLInputElement>("textbox");
		expect(document.activeElement).toBe(pin);
		await userEvent.keyboard("12/3?4");
		expect(pin.value.replace(/\D/g, "")).toBe("1234");
		expect(found).toHaveBeenCalledTimes(1);
		expect(helped).toHaveBeenCalledTimes(1);
		await userEvent.keyboard("{Escape}");
		expect(document.activeElement).toBe(document.body);
	});

	test("whose button goes away stands in the content, not at the top of the page", async () => {
		document.body.innerHTML =
			'<button id="a">A</button><main id="content" tabindex="-1"><p><button id="b">B</button></p></main>';
		const stop = keepFocus(document);
		const button = document.getElementById("b");
		button?.focus();
		button?.parentElement?.remove();
		await waitFor(() => expect(document.activeElement?.id).toBe("content"));
		stop();
	});

	test("whose button was off for a moment is on it again", async () => {
		document.body.innerHTML = '<main id="content" tabindex="-1"><button id="b">B</button></main>';
		const stop = keepFocus(document);
		const button = document.getElementById("b") as HTMLButtonElement;
		button.focus();
		// A browser takes the focus off what is switched off; the stand-in for one has to be told.
		button.blur();
		button.disabled = true;
		await new Promise((done) => setTimeout(done, 0));
		expect(document.activeElement).toBe(document.body);
		button.disabled = false;
		await waitFor(() => expect(document.activeElement).toBe(button));
		stop();
	});

	test("who pressed on nothing, or left a field by Escape, is left alone", async () => {
		document.body.innerHTML = '<main id="content" tabindex="-1"><input id="b" /><p>…</p></main>';
		const stop = keepFocus(document);
		const input = document.getElementById("b") as HTMLInputElement;
		input.focus();
		input.blur();
		document.querySelector("p")?.append("x");
		await new Promise((done) => setTimeout(done, 0));
		expect(document.activeElement).toBe(document.body);
		input.focus();
		fireEvent.pointerDown(document.querySelector("p") as Element);
		input.blur();
		input.remove();
		await new Promise((done) => setTimeout(done, 0));
		expect(document.activeElement).toBe(document.body);
		stop();
	});
});

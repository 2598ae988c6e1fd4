import { fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Problem } from "../src/shared/api/problem";
import { MAX_FILE_BYTES } from "../src/shared/api/upload";
import { Composer } from "../src/shared/ticket/Composer";
import { claimDrafts } from "../src/shared/ticket/drafts";
import { refusedBeforehand } from "../src/shared/ticket/useFiles";
import { show } from "./help";

class FakeUpload extends EventTarget {
	static all: FakeUpload[] = [];
	upload = new EventTarget();
	responseType = "";
	status = 0;
	response: unknown = null;
	url = "";
	body: unknown = null;
	headers: Record<string, string> = {};
	constructor() {
		super();
		FakeUpload.all.push(this);
	}
	open(_method: string, url: string) {
		this.url = url;
	}
	setRequestHeader(name: string, value: string) {
		this.headers[name] = value;
	}
	send(body: unknown) {
		this.body = body;
	}
	abort() {
		this.dispatchEvent(new Event("abort"));
	}
	answer(status: number, response: unknown) {
		this.status = status;
		this.response = response;
		this.dispatchEvent(new Event("load"));
	}
}

const picture = new File(["abc"], "bild schirm.png", { type: "image/png" });
const send = vi.fn(async () => {});
const field = () => screen.getByRole("textbox");
let ids = 0;

function composer(modes: readonly ("message" | "note")[] = ["message", "note"], same = false) {
	if (!same) ids += 1;
	return show(<Composer id={`t${ids}`} modes={modes} canClose onSend={send} />);
}

describe("writing a message", () => {
	beforeEach(() => {
		FakeUpload.all = [];
		send.mockClear();
		vi.stubGlobal("XMLHttpRequest", FakeUpload);
	});
	afterEach(() => void vi.unstubAllGlobals());

	test("Ctrl+Enter sends, and the field is empty afterwards", async () => {
		composer();
		await userEvent.type(field(), "Ist behoben.");
		await userEvent.keyboard("{Control>}{Enter}{/Control}");
		const written = { text: "Ist behoben.", kind: "message", attachments: [], close: false };
		await waitFor(() => expect(send).toHaveBeenCalledWith(written));
		expect((field() as HTMLTextAreaElement).value).toBe("");
	});

	test("nothing written sends nothing and says so", async () => {
		composer();
		await userEvent.click(screen.getByRole("button", { name: "Senden" }));
		expect(send).not.toHaveBeenCalled();
		expect(screen.getByText("Schreiben Sie etwas oder fügen Sie eine Datei an.")).toBeDefined();
	});

	test("send and close is one step", async () => {
		composer();
		await userEvent.type(field(), "Fertig.");
		await userEvent.click(screen.getByRole("button", { name: "Senden und schließen" }));
		await waitFor(() =>
			expect(send).toHaveBeenCalledWith(expect.objectContaining({ close: true })),
		);
	});

	test("a note never becomes a message: it has a draft and a button of its own", async () => {
		composer();
		await userEvent.type(field(), "An den Kunden");
		await userEvent.click(screen.getByRole("button", { name: "Notiz" }));
		expect((field() as HTMLTextAreaElement).value).toBe("");
		await userEvent.type(field(), "nur für uns");
		expect(screen.queryByRole("button", { name: "Senden" })).toBeNull();
		await userEvent.click(screen.getByRole("button", { name: "Notiz ablegen" }));
		await waitFor(() =>
			expect(send).toHaveBeenCalledWith(expect.objectContaining({ kind: "note" })),
		);
		await userEvent.click(screen.getByRole("button", { name: "Nachricht" }));
		expect((field() as HTMLTextAreaElement).value).toBe("An den Kunden");
	});

	test("a refusal is shown, and what was written stays", async () => {
		send.mockRejectedValueOnce(new Problem("ticket.locked", 423, ""));
		composer();
		await userEvent.type(field(), "Noch etwas");
		await userEvent.click(screen.getByRole("button", { name: "Senden" }));
		expect(await screen.findByRole("alert")).toBeDefined();
		expect((field() as HTMLTextAreaElement).value).toBe("Noch etwas");
	});

	test("a picture from the clipboard is uploaded at once and goes with the message", async () => {
		composer();
		fireEvent.paste(field(), { clipboardData: { files: [picture] } });
		const [request] = FakeUpload.all;
		expect(request?.url).toBe("/api/v1/attachments?name=bild%20schirm.png");
		expect(request?.headers["content-type"]).toBe("image/png");
		expect(request?.body).toBe(picture);
		await userEvent.type(field(), "Siehe Bild");
		await userEvent.click(screen.getByRole("button", { name: "Senden" }));
		expect(send).not.toHaveBeenCalled();
		expect(screen.getByText("Noch werden Dateien hochgeladen.")).toBeDefined();
		request?.answer(200, { id: "a1", name: "bild schirm.png" });
		await screen.findByText("✓");
		await userEvent.click(screen.getByRole("button", { name: "Senden" }));
		await waitFor(() =>
			expect(send).toHaveBeenCalledWith(expect.objectContaining({ attachments: ["a1"] })),
		);
	});

	test("files of an unsent answer outlive the page; what was not there yet is named, what was sent is gone", async () => {
		claimDrafts("k1");
		const { unmount } = composer();
		const second = new File(["x"], "zweites.png", { type: "image/png" });
		fireEvent.paste(field(), { clipboardData: { files: [picture, second] } });
		FakeUpload.all[0]?.answer(200, { id: "a1", name: "bild schirm.png", size_bytes: 9 });
		await screen.findByText("✓");
		unmount();
		// Another page reads the tab's storage: somebody else finds nothing in it.
		claimDrafts("k2");
		claimDrafts("k1");
		const again = composer(["message"], true);
		expect(await screen.findByText("bild schirm.png")).toBeDefined();
		expect(screen.getByText(/Hochladen wurde unterbrochen/)).toBeDefined();
		await userEvent.click(screen.getByRole("button", { name: "zweites.png entfernen" }));
		await userEvent.click(screen.getByRole("button", { name: "Senden" }));
		await waitFor(() =>
			expect(send).toHaveBeenCalledWith(expect.objectContaining({ attachments: ["a1"] })),
		);
		again.unmount();
		composer(["message"], true);
		expect(screen.queryByTestId("picked")).toBeNull();
	});

	test("pasted text stays text", () => {
		composer();
		const event = fireEvent.paste(field(), { clipboardData: { files: [] } });
		expect(event).toBe(true);
		expect(FakeUpload.all).toHaveLength(0);
	});

	test("a dropped file that the server refuses says why and can be removed", async () => {
		composer();
		const transfer = { files: [picture], types: ["Files"] };
		fireEvent.drop(screen.getByTestId("composer"), { dataTransfer: transfer });
		FakeUpload.all[0]?.answer(413, { code: "attachment.too_large" });
		expect(await screen.findByText("Zu groß: höchstens 25 MB je Datei.")).toBeDefined();
		await userEvent.click(screen.getByRole("button", { name: "bild schirm.png entfernen" }));
		expect(screen.queryByTestId("picked")).toBeNull();
	});

	test("no answer from the server: once more, with the same file", async () => {
		composer();
		fireEvent.paste(field(), { clipboardData: { files: [picture] } });
		FakeUpload.all[0]?.dispatchEvent(new Event("error"));
		await userEvent.click(await screen.findByRole("button", { name: "Noch einmal" }));
		expect(FakeUpload.all).toHaveLength(2);
		expect(FakeUpload.all[1]?.body).toBe(picture);
	});

	test("what cannot fit is not even sent", () => {
		const big = new File([], "groß.zip");
		Object.defineProperty(big, "size", { value: MAX_FILE_BYTES + 1 });
		expect(refusedBeforehand(big, 0)).toBe("attachment.too_large");
		expect(refusedBeforehand(picture, 20)).toBe("attachment.too_many");
		expect(refusedBeforehand(new File([], "leer.txt"), 0)).toBe("attachment.empty");
		expect(refusedBeforehand(picture, 19)).toBeNull();
	});
});

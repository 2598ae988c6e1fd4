// The files of a message being written: each is uploaded at once and can be stopped or tried again.
import { useCallback, useEffect, useRef, useState } from "react";
import { codeOf, Problem } from "../api/problem";
import type { AttachmentView } from "../api/types";
import { MAX_FILE_BYTES, MAX_FILES, type Upload, upload } from "../api/upload";

export interface PickedFile {
	key: number;
	file: File;
	/** From 0 to 1. */
	share: number;
	/** There once it is uploaded. */
	attachment: AttachmentView | null;
	error: unknown;
}

/** Why a file is not even sent; `null` when it is. */
export function refusedBeforehand(file: File, there: number): string | null {
	if (there >= MAX_FILES) return "attachment.too_many";
	if (file.size > MAX_FILE_BYTES) return "attachment.too_large";
	if (file.size === 0) return "attachment.empty";
	return null;
}

/** What of a file outlives the page: its name, and where it is at the server if it got there. */
export interface KeptFile {
	name: string;
	attachment: AttachmentView | null;
}

/** Reads what a tab's storage holds; whatever is no such file is passed over. */
export function keptFiles(stored: unknown): KeptFile[] {
	if (!Array.isArray(stored)) return [];
	return stored.slice(0, MAX_FILES).flatMap((one: Partial<KeptFile> | null) => {
		if (typeof one?.name !== "string") return [];
		const attachment = typeof one.attachment?.id === "string" ? one.attachment : null;
		return [{ name: one.name, attachment }];
	});
}

/** What stands in the way of these may pass: they are worth their name. */
const PASSING = ["network", "attachment.interrupted"];

let counted = 0;

/** One that was picked before the page was loaded again: its bytes are only at the server, or nowhere. */
function restored({ name, attachment }: KeptFile): PickedFile {
	counted += 1;
	const file = new File([], name, { type: attachment?.media_type ?? "" });
	const error = attachment ? null : new Problem("attachment.interrupted", 0, "");
	return { key: counted, file, share: attachment ? 1 : 0, attachment, error };
}

export function useFiles(there: readonly KeptFile[] = []) {
	const [files, setFiles] = useState<PickedFile[]>(() => there.map(restored));
	const running = useRef(new Map<number, Upload>());
	const current = useRef(files);
	current.current = files;

	const change = useCallback((key: number, to: Partial<PickedFile>) => {
		setFiles((all) => all.map((one) => (one.key === key ? { ...one, ...to } : one)));
	}, []);

	const start = useCallback(
		(key: number, file: File) => {
			const one = upload(file, (share) => change(key, { share }));
			running.current.set(key, one);
			one.done
				.then(
					(attachment) => change(key, { attachment, share: 1 }),
					(error: unknown) => change(key, { error }),
				)
				.finally(() => running.current.delete(key));
		},
		[change],
	);

	const add = useCallback(
		(picked: readonly File[]) => {
			let there = current.current.length;
			const next = picked.slice(0, MAX_FILES + 1).map((file): PickedFile => {
				counted += 1;
				const code = refusedBeforehand(file, there);
				there += 1;
				const error = code ? new Problem(code, 0, "") : null;
				return { key: counted, file, share: 0, attachment: null, error };
			});
			setFiles((all) => [...all, ...next]);
			for (const one of next) if (!one.error) start(one.key, one.file);
		},
		[start],
	);

	const remove = useCallback((key: number) => {
		running.current.get(key)?.stop();
		setFiles((all) => all.filter((one) => one.key !== key));
	}, []);

	const retry = useCallback(
		(key: number) => {
			const one = current.current.find((file) => file.key === key);
			if (!one) return;
			change(key, { error: null, share: 0 });
			start(key, one.file);
		},
		[change, start],
	);

	// Whoever leaves the page leaves nothing running.
	useEffect(() => {
		const all = running.current;
		return () => {
			for (const one of all.values()) one.stop();
		};
	}, []);

	return {
		files,
		add,
		remove,
		retry,
		clear: useCallback(() => setFiles([]), []),
		busy: files.some((one) => !one.attachment && !one.error),
		failed: files.some((one) => one.error),
		ids: files.flatMap((one) => (one.attachment ? [one.attachment.id] : [])),
		/** What is worth keeping over a reload: not what would be refused again. */
		kept: files
			.filter((one) => !one.error || PASSING.includes(codeOf(one.error)))
			.map(({ file, attachment }): KeptFile => ({ name: file.name, attachment })),
	};
}

export type Files = ReturnType<typeof useFiles>;

// The files of a message being written: each is uploaded at once and can be stopped or tried again.
import { useCallback, useEffect, useRef, useState } from "react";
import { Problem } from "../api/problem";
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

let counted = 0;

/** One that was uploaded before the page was loaded again: its bytes are only at the server. */
function restored(attachment: AttachmentView): PickedFile {
	counted += 1;
	const file = new File([], attachment.name, { type: attachment.media_type });
	return { key: counted, file, share: 1, attachment, error: null };
}

export function useFiles(there: readonly AttachmentView[] = []) {
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
	};
}

export type Files = ReturnType<typeof useFiles>;

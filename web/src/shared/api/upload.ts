// Sending a file's bytes. Apart from `client.ts` because only XMLHttpRequest tells how far it is.
import { Problem } from "./problem";
import type { AttachmentView } from "./types";

/** What the server takes at most; told before sending. */
export const MAX_FILE_BYTES = 25 * 1024 * 1024;
export const MAX_FILES = 20;

/** One running upload. */
export interface Upload {
	done: Promise<AttachmentView>;
	stop(): void;
}

/** Sends the file as it is; `onShare` gets how much of it is there, from 0 to 1. */
export function upload(file: File, onShare: (share: number) => void): Upload {
	const request = new XMLHttpRequest();
	const done = new Promise<AttachmentView>((resolve, reject) => {
		request.open("POST", `/api/v1/attachments?name=${encodeURIComponent(file.name)}`);
		request.setRequestHeader("content-type", file.type || "application/octet-stream");
		request.responseType = "json";
		request.upload.addEventListener("progress", (event) => {
			if (event.lengthComputable) onShare(event.loaded / event.total);
		});
		request.addEventListener("load", () => {
			const fine = request.status >= 200 && request.status < 300;
			if (fine) resolve(request.response as AttachmentView);
			else reject(Problem.from(request.status, request.response));
		});
		const failed = () => reject(new Problem("network", 0, "No answer from the server."));
		request.addEventListener("error", failed);
		request.addEventListener("abort", failed);
		request.send(file);
	});
	return { done, stop: () => request.abort() };
}

/** Where a file's bytes are: the redacted copy if it holds live secrets (control 48). */
export function attachmentUrl(id: string): string {
	return `/api/v1/attachments/${encodeURIComponent(id)}`;
}

/** Where the original is, as long as somebody else gave leave. */
export function originalUrl(id: string): string {
	return `${attachmentUrl(id)}/original`;
}

// A mail's own HTML, already cleaned by the server, in a frame that may do nothing: no scripts, no
// forms, no origin, and by the page's policy nothing from the net. Text is what is shown first.
// Pictures that came with the mail stand in their places: the frame may not fetch, so the page does.
import { useEffect, useState } from "react";
import type { AttachmentView } from "../api/types";
import { attachmentUrl } from "../api/upload";
import { useWords } from "../words/language";
import classes from "./ticket.module.css";
import { ticketWords } from "./words";

/** So many pictures are put into their places, none larger than this. */
const MAX_PICTURES = 20;
const MAX_BYTES = 4 * 1024 * 1024;

interface MailFrameProps {
	html: string;
	pictures?: readonly AttachmentView[];
}

export function MailFrame({ html, pictures = [] }: MailFrameProps) {
	const t = useWords(ticketWords);
	const [shown, setShown] = useState(html);
	useEffect(() => {
		let current = true;
		setShown(html);
		void withPictures(html, pictures).then((whole) => {
			if (current) setShown(whole);
		});
		return () => {
			current = false;
		};
	}, [html, pictures]);
	return (
		<div className={classes.frameBox}>
			<iframe
				className={classes.frame}
				sandbox=""
				referrerPolicy="no-referrer"
				srcDoc={shown}
				title={t.asSentTitle}
			/>
			<p className="soft small">{t.asSentNote}</p>
		</div>
	);
}

/** The HTML with the pictures that it names; one that cannot be fetched stays its words. */
export async function withPictures(
	html: string,
	pictures: readonly AttachmentView[],
): Promise<string> {
	const named = pictures.filter(
		(one) => one.inline && one.content_id && one.size_bytes <= MAX_BYTES,
	);
	if (named.length === 0 || !html.includes("data-cid")) return html;
	const page = new DOMParser().parseFromString(html, "text/html");
	const places = [...page.querySelectorAll<HTMLImageElement>("img[data-cid]")].slice(
		0,
		MAX_PICTURES,
	);
	await Promise.all(
		places.map(async (place) => {
			const found = named.find((one) => one.content_id === place.dataset.cid);
			const data = found && (await fetched(found));
			if (data) place.src = data;
		}),
	);
	return page.body.innerHTML;
}

async function fetched(picture: AttachmentView): Promise<string | null> {
	try {
		const answer = await fetch(attachmentUrl(picture.id), { credentials: "same-origin" });
		if (!answer.ok) return null;
		const bytes = new Uint8Array(await answer.arrayBuffer());
		let binary = "";
		for (const byte of bytes) binary += String.fromCharCode(byte);
		return `data:${picture.media_type};base64,${btoa(binary)}`;
	} catch {
		return null;
	}
}

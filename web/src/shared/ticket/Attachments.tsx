// A message's files. Pictures are shown, everything else is downloaded. Of a file with live secrets there
// is only a redacted copy (control 48); what staff can do about the original comes in by `original`.
import type { ReactNode } from "react";
import type { AttachmentView } from "../api/types";
import { attachmentUrl } from "../api/upload";
import { useLanguage, useWords } from "../words/language";
import { size } from "./clocks";
import classes from "./ticket.module.css";
import { ticketWords } from "./words";

const PICTURES = ["image/png", "image/jpeg", "image/gif", "image/webp"];

interface AttachmentsProps {
	attachments: readonly AttachmentView[];
	/** What stands below a redacted file. */
	original?: ((attachment: AttachmentView) => ReactNode) | undefined;
}

export function Attachments({ attachments, original }: AttachmentsProps) {
	const t = useWords(ticketWords);
	if (attachments.length === 0) return null;
	return (
		<ul className={`plain-list ${classes.files}`} aria-label={t.attachments}>
			{attachments.map((one) => (
				<li key={one.id} className={classes.file}>
					<FileLine attachment={one} />
					{one.live_secrets ? (
						<div className={classes.redacted}>
							<p className="small">
								<strong>{t.redacted}.</strong> {t.redactedWhy}
							</p>
							{original?.(one)}
						</div>
					) : null}
				</li>
			))}
		</ul>
	);
}

function FileLine({ attachment }: { attachment: AttachmentView }) {
	const t = useWords(ticketWords);
	const { language } = useLanguage();
	const url = attachmentUrl(attachment.id);
	const picture = attachment.inline && PICTURES.includes(attachment.media_type);
	return (
		<>
			{picture ? (
				<a href={url} target="_blank" rel="noopener noreferrer" className={classes.thumb}>
					<img src={url} alt={t.picture(attachment.name)} loading="lazy" />
				</a>
			) : null}
			<a
				href={url}
				download={attachment.name}
				className={classes.fileName}
				aria-label={t.download(attachment.name)}
			>
				<span aria-hidden="true">↓ </span>
				{attachment.name}
			</a>{" "}
			<span className="soft small">{size(attachment.size_bytes, language)}</span>
		</>
	);
}

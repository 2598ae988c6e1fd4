// A mail's content: as text, or on request as it was sent.
import { Button } from "@mantine/core";
import { useState } from "react";
import { useWords } from "../words/language";
import { MailFrame } from "./MailFrame";
import classes from "./ticket.module.css";
import { ticketWords } from "./words";

export function MailBody({ text, html }: { text: string; html: string | null }) {
	const t = useWords(ticketWords);
	const [asSent, setAsSent] = useState(!text);
	return (
		<div className={classes.mailBody}>
			{asSent && html ? <MailFrame html={html} /> : <p className={classes.text}>{text}</p>}
			{html && text ? (
				<Button
					className={classes.inline}
					variant="subtle"
					size="compact-sm"
					onClick={() => setAsSent(!asSent)}
				>
					{asSent ? t.asText : t.asSent}
				</Button>
			) : null}
		</div>
	);
}

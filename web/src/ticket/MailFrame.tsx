// A mail's own HTML, already cleaned by the server, in a frame that may do nothing: no scripts, no
// forms, no origin, and by the page's policy nothing from the net. Text is what is shown first.
import { useWords } from "../words/language";
import classes from "./ticket.module.css";
import { ticketWords } from "./words";

export function MailFrame({ html }: { html: string }) {
	const t = useWords(ticketWords);
	return (
		<div className={classes.frameBox}>
			<iframe
				className={classes.frame}
				sandbox=""
				referrerPolicy="no-referrer"
				srcDoc={html}
				title={t.asSentTitle}
			/>
			<p className="soft small">{t.asSentNote}</p>
		</div>
	);
}

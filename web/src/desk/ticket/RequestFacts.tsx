// The structured request (rule P1): what was done, expected, and what happened.
import type { TicketView } from "../../shared/api/types";
import { useWords } from "../../shared/words/language";
import classes from "./ticketdesk.module.css";
import { ticketDeskWords } from "./words";

const parts = ["done", "expected", "happened", "affected"] as const;

export function RequestFacts({ request }: { request: TicketView["request"] }) {
	const t = useWords(ticketDeskWords);
	const there = parts.filter((part) => request[part]);
	if (there.length === 0) return null;
	return (
		<section aria-label={t.request} className={classes.request}>
			<dl>
				{there.map((part) => (
					<div key={part}>
						<dt>{t[part]}</dt>
						<dd>{request[part]}</dd>
					</div>
				))}
			</dl>
		</section>
	);
}

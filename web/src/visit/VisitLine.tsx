// One line of the visitor book.

import { Link } from "react-router";
import type { Ground } from "../api/types";
import { useLanguage, useWords } from "../words/language";
import { useNow } from "../words/now";
import { clock, day, end, inFull, span, until } from "../words/time";
import { endText, reasonText } from "./tell";
import classes from "./visit.module.css";
import { visitWords } from "./words";

interface VisitLineProps {
	ground: Ground;
	to: string;
	/** Leads and staff also need to know whose account it was. */
	withCustomer?: boolean;
}

export function VisitLine({ ground, to, withCustomer = false }: VisitLineProps) {
	const t = useWords(visitWords);
	const { language } = useLanguage();
	const now = useNow();
	const products = [...new Set(ground.visits.map((visit) => visit.product.name))];
	return (
		<li className={classes.line} data-testid="visit-line">
			<time
				className={classes.when}
				dateTime={ground.opened_at}
				title={inFull(ground.opened_at, language)}
			>
				<span>{day(ground.opened_at, language)}</span>
				<span>
					{clock(ground.opened_at, language)}
					{ground.ended_at ? ` – ${until(ground.opened_at, ground.ended_at, language)}` : null}
				</span>
			</time>
			<div className={classes.what}>
				<Link to={to} className={classes.name}>
					{ground.staff.name}
				</Link>
				{withCustomer ? (
					<span className="soft">
						{ground.customer.name} ({ground.customer.number})
					</span>
				) : null}
				<span className={classes.reason}>{reasonText(ground, t)}</span>
				{products.length > 0 ? <span className="soft small">{products.join(", ")}</span> : null}
			</div>
			<p className={ground.state === "open" ? classes.running : classes.past}>
				{ground.state === "open" ? (
					<>
						<span aria-hidden="true">◗ </span>
						{t.until(end(ground.ends_at, now, language))}
					</>
				) : (
					<>
						{endText(ground.ending, language)}
						{ground.ended_at ? ` · ${span(ground.opened_at, ground.ended_at, language)}` : null}
					</>
				)}
			</p>
		</li>
	);
}

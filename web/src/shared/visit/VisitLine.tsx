// One line of the visitor book.

import { Link } from "react-router";
import type { Ground } from "../api/types";
import { useLanguage, useWords } from "../words/language";
import { useNow } from "../words/now";
import { staffName } from "../words/people";
import { clock, day, end, inFull, until } from "../words/time";
import { endText, lengthText, reasonText, visited } from "./tell";
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
	const seen = visited(ground);
	const from = seen?.from ?? ground.opened_at;
	const products = [...new Set(ground.visits.map((visit) => visit.product.name))];
	return (
		<li className={classes.line} data-testid="visit-line">
			<time className={classes.when} dateTime={from} title={inFull(from, language)}>
				<span>{day(from, language)}</span>
				<span>
					{clock(from, language)}
					{seen?.to ? ` – ${until(from, seen.to, language)}` : null}
				</span>
			</time>
			<div className={classes.what}>
				<Link to={to} className={classes.name}>
					{staffName(ground.staff)}
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
						{seen ? endText(seen.ending, language) : t.notOpened}
						{seen ? (
							<>
								{" · "}
								<span className="unbroken">{lengthText(seen, t, language)}</span>
							</>
						) : null}
					</>
				)}
			</p>
		</li>
	);
}

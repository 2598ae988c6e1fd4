// The PIN, to be read aloud: large, 3+3+3, with a ring that empties.

import type { PinView } from "../../shared/api/types";
import { grouped } from "../../shared/pin/damm";
import { useLanguage, useWords } from "../../shared/words/language";
import { useNow } from "../../shared/words/now";
import { clock, left } from "../../shared/words/time";
import classes from "./pin.module.css";
import { pinWords } from "./words";

/** Part of the PIN's life that is left, 1 to 0. */
export function remaining(pin: PinView, now: number): number {
	const issued = Date.parse(pin.issued_at);
	const expires = Date.parse(pin.expires_at);
	if (expires <= issued) return 0;
	return Math.min(1, Math.max(0, (expires - now) / (expires - issued)));
}

export function Pin({ pin }: { pin: PinView }) {
	const t = useWords(pinWords);
	const { language } = useLanguage();
	// The page's clock ticks once a second: a new PIN must not look as if it were good for longer.
	const now = Math.max(useNow(), Date.parse(pin.issued_at));
	const part = remaining(pin, now);
	const groups = grouped(pin.digits).split(" ");
	return (
		<div className={classes.pin}>
			<p className={classes.lead}>{t.lead}</p>
			{/* Screen readers get the digits one by one, not "one hundred and twenty-three million". */}
			<p className={classes.digits} data-testid="pin" data-digits={pin.digits}>
				<span className={classes.spoken}>{t.aria([...pin.digits].join(" "))}</span>
				{groups.map((group, place) => (
					// biome-ignore lint/suspicious/noArrayIndexKey: groups are places
					<span key={place} aria-hidden="true">
						{group}
					</span>
				))}
			</p>
			<p className={classes.good}>
				<Ring part={part} />
				<span role="timer">
					{part > 0
						? t.good(left(pin.expires_at, now, language), clock(pin.expires_at, language))
						: t.over}
				</span>
			</p>
		</div>
	);
}

const RADIUS = 9;
const ROUND = 2 * Math.PI * RADIUS;

function Ring({ part }: { part: number }) {
	return (
		<svg className={classes.ring} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
			<circle cx="12" cy="12" r={RADIUS} className={classes.ringBack} />
			<circle
				cx="12"
				cy="12"
				r={RADIUS}
				className={classes.ringLeft}
				strokeDasharray={`${ROUND * part} ${ROUND}`}
				transform="rotate(-90 12 12)"
			/>
		</svg>
	);
}

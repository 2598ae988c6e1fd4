// What support can see at most right now: sign, word and name for each area.

import type { Door } from "../../shared/api/types";
import classes from "../../shared/door/door.module.css";
import { doorWords } from "../../shared/door/words";
import { say } from "../../shared/words/dictionary";
import { useWords } from "../../shared/words/language";

const signs = { shown: "●", masked: "◐", closed: "○" } as const;

const order = ["shown", "masked", "closed"];

function mostFirst<T extends { how: string }>(areas: readonly T[]): T[] {
	return [...areas].sort((a, b) => order.indexOf(a.how) - order.indexOf(b.how));
}

export function CanSee({ door }: { door: Door }) {
	const t = useWords(doorWords);
	const nothing = door.can_see.every((line) => line.areas.every((area) => area.how === "closed"));
	return (
		<section aria-labelledby="can-see">
			<div className={classes.sectionHead}>
				<h2 id="can-see">{t.canSee}</h2>
			</div>
			{nothing ? <p className="soft">{t.canSeeNothing}</p> : null}
			{door.can_see
				.filter((line) => line.areas.length > 0)
				.map((line) => (
					<div key={line.product.id} className={classes.seeProduct}>
						<h3>{line.product.name}</h3>
						<ul className={`plain-list ${classes.areas}`}>
							{mostFirst(line.areas).map((area) => (
								<li key={area.area} className={classes.area}>
									<span aria-hidden="true">{signs[area.how as keyof typeof signs] ?? "○"}</span>
									<span className={classes.areaName}>{area.area}</span>
									<span className={classes.areaHow}>{say(t, `how_${area.how}`)}</span>
								</li>
							))}
						</ul>
					</div>
				))}
		</section>
	);
}

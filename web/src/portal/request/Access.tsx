// Whether support can see anything because of one request, from the door's own answer, with *End now*.
import { Button } from "@mantine/core";
import { useState } from "react";
import type { Ended, Ground } from "../../shared/api/types";
import { useDoor, useDoorState, useEndGround } from "../../shared/door/queries";
import { doorWords } from "../../shared/door/words";
import { Loading, Refused } from "../../shared/frame/states";
import { useLanguage, useWords } from "../../shared/words/language";
import { staffName } from "../../shared/words/people";
import { clock, day, seconds } from "../../shared/words/time";
import classes from "./request.module.css";
import { requestWords } from "./words";

export function Access({ ticket }: { ticket: string }) {
	const t = useWords(requestWords);
	const door = useDoor();
	const state = useDoorState(door);
	const [ended, setEnded] = useState<Ended | null>(null);
	if (door.isPending) return <Loading lines={1} />;
	const grounds = state.kind === "closed" ? [] : state.grounds;
	const because = grounds.filter((ground) => ground.ticket?.id === ticket);
	const kind = state.kind === "unsure" ? "unsure" : because.length > 0 ? "open" : "closed";
	return (
		<section
			className={classes.access}
			data-state={kind}
			data-testid="access"
			aria-label={t.access}
			aria-live="polite"
		>
			{kind === "unsure" ? <p>{t.unsure}</p> : null}
			{kind === "closed" ? (
				<p>
					<span aria-hidden="true">▮ </span>
					{t.cannotSee}
				</p>
			) : null}
			{because.map((ground) => (
				<OpenAccess key={ground.id} ground={ground} onEnded={setEnded} />
			))}
			{ended && kind === "closed" ? <EndedLine ended={ended} /> : null}
		</section>
	);
}

function OpenAccess({ ground, onEnded }: { ground: Ground; onEnded(ended: Ended): void }) {
	const t = useWords(requestWords);
	const words = useWords(doorWords);
	const { language } = useLanguage();
	const end = useEndGround(onEnded);
	const exact = `${day(ground.ends_at, language)}, ${clock(ground.ends_at, language)}`;
	// A PIN redeemed for this request ends by its own time, a takeover with the request.
	const until = ground.kind === "takeover" ? t.canSeeUntil(exact) : t.canSeeUntilTime(exact);
	return (
		<div className={classes.accessOpen}>
			<div>
				<p>
					<span aria-hidden="true">◗ </span>
					<strong>{t.canSee(staffName(ground.staff))}</strong>
				</p>
				<p className="small">{until}</p>
			</div>
			<Button className={classes.end} loading={end.isPending} onClick={() => end.mutate(ground.id)}>
				{words.endNow}
			</Button>
			<Refused error={end.error} />
		</div>
	);
}

function EndedLine({ ended }: { ended: Ended }) {
	const t = useWords(doorWords);
	const { language } = useLanguage();
	return (
		<p>
			{t.endedTitle} {t.ended(seconds(ended.cut_millis, language))}{" "}
			{ended.written ? null : t.unwritten}
		</p>
	);
}

// Somebody used the PIN: who it is, what to say, and the way to end it (rules W6, W8).
import { Button } from "@mantine/core";
import { type ReactNode, useEffect, useRef } from "react";
import { serverNow } from "../../shared/api/clock";
import type { Ground } from "../../shared/api/types";
import { useDoor, useEndGrounds } from "../../shared/door/queries";
import { doorWords } from "../../shared/door/words";
import { Refused } from "../../shared/frame/states";
import { useLanguage, useWords } from "../../shared/words/language";
import { staffName } from "../../shared/words/people";
import { end, seconds } from "../../shared/words/time";
import classes from "./pin.module.css";
import { pinWords } from "./words";

interface EnteredProps {
	ground: Ground;
	/** The button that shows a new PIN. */
	another: ReactNode;
}

export function Entered({ ground, another }: EnteredProps) {
	const t = useWords(pinWords);
	const door = useWords(doorWords);
	const { language } = useLanguage();
	const ending = useEndGrounds();
	const asked = useDoor();
	const head = useRef<HTMLHeadingElement>(null);
	// What was pressed last has gone with the PIN: the keyboard goes on here, not at the top of the page.
	useEffect(() => {
		const at = document.activeElement;
		if (!at || at === document.body || at.matches("dialog")) head.current?.focus();
	}, []);
	const open = asked.data?.grounds.some((one) => one.id === ground.id) ?? true;
	const cut = ending.data?.cut_millis;
	return (
		<div className="stack">
			<div
				role="alert"
				className={open ? classes.entered : classes.left}
				data-testid="entered"
				data-state={open ? "open" : "ended"}
			>
				<h3 ref={head} tabIndex={-1} className={classes.enteredWho}>
					{open ? t.isIn(staffName(ground.staff)) : t.wasIn(staffName(ground.staff))}
				</h3>
				{open ? (
					<>
						{ground.words ? (
							<p>
								{t.say} <strong className={classes.enteredWords}>{ground.words.join(" – ")}</strong>
							</p>
						) : null}
						<p>{t.different}</p>
					</>
				) : (
					<p>{cut === undefined ? t.overAccess : door.ended(seconds(cut, language))}</p>
				)}
			</div>
			{open ? (
				<Button
					size="lg"
					color="red"
					loading={ending.isPending}
					onClick={() => ending.mutate([ground.id])}
				>
					{door.endNow}
				</Button>
			) : null}
			<Refused error={ending.error} />
			{open ? (
				<p className="soft">{t.openUntil(end(ground.ends_at, serverNow(), language))}</p>
			) : null}
			<div>{another}</div>
		</div>
	);
}

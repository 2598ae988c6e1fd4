// An open door is seen from every page: one line at the foot of the window, the title and the icon say for
// whom and until when, and *End now* is never further away than that.
import { Button } from "@mantine/core";
import { useEffect, useState } from "react";
import { Link, useLocation } from "react-router";
import { serverNow } from "../../shared/api/clock";
import type { Ground } from "../../shared/api/types";
import classes from "../../shared/door/door.module.css";
import { useDoor, useDoorState, useEndGrounds } from "../../shared/door/queries";
import { latest, namesOf } from "../../shared/door/state";
import { doorWords } from "../../shared/door/words";
import { Refused } from "../../shared/frame/states";
import { useTitleMark } from "../../shared/frame/title";
import { useLanguage, useWords } from "../../shared/words/language";
import { clock, end, seconds } from "../../shared/words/time";

/** In the portal's frame. On the door's own page only title and icon are left to say. */
export function OpenLine() {
	const t = useWords(doorWords);
	const { language } = useLanguage();
	const { key, pathname } = useLocation();
	const door = useDoor();
	const state = useDoorState(door);
	const ending = useEndGrounds();
	const [endedAt, setEndedAt] = useState<string | null>(null);
	const grounds = state.kind === "closed" ? [] : state.grounds;
	const open = grounds.length > 0;
	const who = open ? whoText(t, grounds) : "";
	useTitleMark(state.kind === "open" ? `${t.open} ${who}` : null);
	useIcon(open);
	if (pathname === "/home") return null;
	const cut = ending.data?.cut_millis;
	if (!open && (cut === undefined || endedAt !== key)) return <div role="status" />;
	return (
		<section className={classes.line} aria-label={t.region} data-open-line data-state={state.kind}>
			<div role="status" className={classes.lineText}>
				{open ? (
					<Link to="/home">
						{state.kind === "unsure"
							? `${t.unsure} ${t.unsureOpen(clock(new Date(state.since).toISOString(), language))}`
							: t.lineOpen(who, end(latest(grounds), serverNow(), language))}
					</Link>
				) : (
					`${t.endedTitle} ${t.ended(seconds(cut ?? 0, language))}`
				)}
			</div>
			{open ? (
				<Button
					size="sm"
					className={classes.end}
					loading={ending.isPending}
					onClick={() => {
						setEndedAt(key);
						ending.mutate(grounds.map(({ id }) => id));
					}}
				>
					{t.endNow}
				</Button>
			) : null}
			<Refused error={ending.error} />
		</section>
	);
}

/** "für Lena Brandt", "für 2 Personen": people, not grounds. */
function whoText(
	t: { openFor(name: string): string; openForMany(count: number): string },
	grounds: readonly Ground[],
): string {
	const [only, ...others] = namesOf(grounds);
	return only !== undefined && others.length === 0
		? t.openFor(only)
		: t.openForMany(others.length + 1);
}

/** The icon in the browser's tab: a door that stands open. */
function useIcon(open: boolean): void {
	useEffect(() => {
		const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
		if (!link) return;
		link.href = open ? "/favicon-open.svg" : "/favicon.svg";
		return () => {
			link.href = "/favicon.svg";
		};
	}, [open]);
}

// Visits that run right now, each with its time and its end.
import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, ask } from "../shared/api/client";
import type { Visit } from "../shared/api/types";
import { doorWords } from "../shared/door/words";
import { Refused } from "../shared/frame/states";
import { useLanguage, useWords } from "../shared/words/language";
import { useNow } from "../shared/words/now";
import { clock, left } from "../shared/words/time";
import classes from "./desk.module.css";
import { deskWords } from "./words";

export function RunningVisits({ visits }: { visits: readonly Visit[] }) {
	const t = useWords(deskWords);
	const running = visits.filter((visit) => visit.state === "open");
	if (running.length === 0) return null;
	return (
		<section aria-labelledby="running">
			<h2 id="running">{t.running}</h2>
			<ul className="plain-list">
				{running.map((visit) => (
					<RunningVisit key={visit.id} visit={visit} />
				))}
			</ul>
		</section>
	);
}

function RunningVisit({ visit }: { visit: Visit }) {
	const t = useWords(deskWords);
	const door = useWords(doorWords);
	const { language } = useLanguage();
	const now = useNow();
	const client = useQueryClient();
	const end = useMutation({
		mutationFn: () => ask(api.POST("/visits/{id}/end", { params: { path: { id: visit.id } } })),
		onSettled: () => client.invalidateQueries(),
	});
	return (
		<li className={classes.product} data-testid="running-visit">
			<div>
				<strong>{visit.product.name}</strong>
				<p className="small soft">
					<span role="timer">
						{t.left(left(visit.ends_at, now, language), clock(visit.ends_at, language))}
					</span>{" "}
					· {door.pages(visit.pages)}
					{visit.refused > 0 ? ` · ${door.refusedPages(visit.refused)}` : null}
				</p>
			</div>
			<Button variant="default" loading={end.isPending} onClick={() => end.mutate()}>
				{t.end}
			</Button>
			<Refused error={end.error} />
		</li>
	);
}

// The queue's views: the usual ones with their counts, and one's own.
import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { Link } from "react-router";
import type { SavedView } from "../../shared/api/types";
import { Refused } from "../../shared/frame/states";
import { frameWords } from "../../shared/frame/words";
import { field } from "../../shared/signin/forms";
import { say } from "../../shared/words/dictionary";
import { useWords } from "../../shared/words/language";
import { useCounts, useRemoveView, useSaveView, useViewCount, useViews } from "./queries";
import classes from "./queue.module.css";
import { BUILT_IN, canonical } from "./views";
import { queueWords } from "./words";

const CAP = 1000;

export function Views({ search }: { search: string }) {
	const t = useWords(queueWords);
	const counts = useCounts(true);
	const views = useViews(true);
	const own = views.data ?? [];
	const known = [...BUILT_IN, ...own].some((view) => canonical(view.query) === search);
	return (
		<nav aria-label={t.views} className={classes.views}>
			<ul className={`plain-list ${classes.viewList}`}>
				{BUILT_IN.map((view) => {
					const count = view.count ? counts.data?.[view.count] : undefined;
					return (
						<li key={view.name}>
							<ViewLink search={search} query={view.query} name={say(t, `view_${view.name}`)}>
								{count === undefined ? null : count >= CAP ? t.more(CAP) : count}
							</ViewLink>
						</li>
					);
				})}
				{own.map((view) => (
					<OwnView key={view.id} view={view} search={search} />
				))}
			</ul>
			{known ? null : <SaveView search={search} />}
		</nav>
	);
}

interface ViewLinkProps {
	search: string;
	query: string;
	name: string;
	children: React.ReactNode;
}

function ViewLink({ search, query, name, children }: ViewLinkProps) {
	const to = canonical(query);
	return (
		<Link
			to={{ pathname: "/desk/tickets", search: to }}
			aria-current={to === search ? "page" : undefined}
			className={classes.view}
		>
			<span className={classes.viewName}>{name}</span>{" "}
			<span className={classes.viewCount}>{children}</span>
		</Link>
	);
}

function OwnView({ view, search }: { view: SavedView; search: string }) {
	const t = useWords(queueWords);
	const count = useViewCount(canonical(view.query));
	const remove = useRemoveView();
	const found = count.data;
	return (
		<li className={classes.own}>
			<ViewLink search={search} query={view.query} name={view.name}>
				{found ? (found.more ? t.more(found.count) : found.count) : null}
			</ViewLink>
			<Button
				variant="subtle"
				size="compact-sm"
				className={classes.removeView}
				aria-label={t.removeView(view.name)}
				loading={remove.isPending}
				onClick={() => remove.mutate(view.id)}
			>
				<span aria-hidden="true">✕</span>
			</Button>
		</li>
	);
}

function SaveView({ search }: { search: string }) {
	const t = useWords(queueWords);
	const frame = useWords(frameWords);
	const [asking, setAsking] = useState(false);
	const save = useSaveView(() => setAsking(false));
	if (!asking) {
		return (
			<Button variant="subtle" size="compact-md" onClick={() => setAsking(true)}>
				{t.saveView}
			</Button>
		);
	}
	const submit = (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		const name = field(event, "name");
		if (name) save.mutate({ name, query: search });
	};
	return (
		<form onSubmit={submit} className="stack-close">
			<TextInput name="name" label={t.viewName} autoFocus maxLength={60} autoComplete="off" />
			<div className="row">
				<Button type="submit" size="compact-md" loading={save.isPending}>
					{t.save}
				</Button>
				<Button variant="subtle" size="compact-md" onClick={() => setAsking(false)}>
					{frame.cancel}
				</Button>
			</div>
			<Refused error={save.error} />
		</form>
	);
}

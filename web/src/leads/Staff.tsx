// Staff: who may open access, what others lack, and unlocking a PIN field.

import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, ask } from "../api/client";
import { keys } from "../api/keys";
import { isAdmin } from "../api/me";
import type { Me, StaffRow } from "../api/types";
import { Broken, Empty, Loading, Refused } from "../frame/states";
import { useTitle } from "../frame/title";
import { frameWords } from "../frame/words";
import { say } from "../words/dictionary";
import { useWords } from "../words/language";
import classes from "./leads.module.css";
import { useStaff } from "./queries";
import { leadWords } from "./words";

export default function Staff({ me }: { me: Me }) {
	const t = useWords(leadWords);
	const frame = useWords(frameWords);
	const staff = useStaff();
	useTitle(t.staff);
	return (
		<div className="stack">
			<h1>{t.staff}</h1>
			{staff.isPending ? <Loading lines={5} /> : null}
			{staff.isError && !staff.items ? (
				<Broken error={staff.error} again={() => staff.refetch()} />
			) : null}
			{staff.items?.length === 0 ? <Empty>{t.noStaff}</Empty> : null}
			<ul className="plain-list">
				{staff.items?.map((person) => (
					<StaffLine key={person.id} person={person} admin={isAdmin(me)} />
				))}
			</ul>
			{staff.hasNextPage ? (
				<Button variant="default" onClick={() => void staff.fetchNextPage()}>
					{frame.more}
				</Button>
			) : null}
		</div>
	);
}

function StaffLine({ person, admin }: { person: StaffRow; admin: boolean }) {
	const t = useWords(leadWords);
	const client = useQueryClient();
	const unlock = useMutation({
		mutationFn: () => ask(api.POST("/staff/{id}/unlock", { params: { path: { id: person.id } } })),
		onSuccess: () => client.invalidateQueries({ queryKey: keys.staff }),
	});
	return (
		<li className={classes.line}>
			<div>
				<p>
					<span className={classes.name}>{person.name}</span>{" "}
					<span className="soft">
						{person.username} · {person.email}
					</span>
				</p>
				<p className="soft">{person.roles.map((role) => say(t, `role_${role}`)).join(", ")}</p>
				<StateLine person={person} />
				<Refused error={unlock.error} />
			</div>
			<div className="row">
				{person.form_locked ? (
					<Button variant="default" loading={unlock.isPending} onClick={() => unlock.mutate()}>
						{t.unlock}
					</Button>
				) : null}
				{admin ? <AdminButtons person={person} /> : null}
			</div>
		</li>
	);
}

function StateLine({ person }: { person: StaffRow }) {
	const t = useWords(leadWords);
	if (!person.active) return <p className={classes.seen}>○ {t.inactive}</p>;
	return (
		<p>
			{person.lacks.length === 0 ? (
				<>● {t.ready}</>
			) : (
				<>
					◐ {t.lacks}: {person.lacks.map((lack) => say(t, `lack_${lack}`)).join(", ")}
				</>
			)}
			{person.form_locked ? <span className={classes.serious}> · ✕ {t.locked}</span> : null}
		</p>
	);
}

interface Change {
	active?: boolean;
	training_done?: boolean;
	guidelines_accepted?: boolean;
}

function AdminButtons({ person }: { person: StaffRow }) {
	const t = useWords(leadWords);
	const client = useQueryClient();
	const change = useMutation({
		mutationFn: (body: Change) =>
			ask(api.PATCH("/staff/{id}", { params: { path: { id: person.id } }, body })),
		onSuccess: () => client.invalidateQueries({ queryKey: keys.staff }),
	});
	const button = (label: string, body: Change) => (
		<Button
			variant="default"
			size="sm"
			loading={change.isPending}
			onClick={() => change.mutate(body)}
		>
			{label}
		</Button>
	);
	return (
		<>
			{person.lacks.includes("training") ? button(t.trainingDone, { training_done: true }) : null}
			{person.lacks.includes("guidelines")
				? button(t.guidelinesDone, { guidelines_accepted: true })
				: null}
			{button(person.active ? t.deactivate : t.activate, { active: !person.active })}
			<Refused error={change.error} />
		</>
	);
}

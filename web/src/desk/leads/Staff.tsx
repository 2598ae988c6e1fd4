// Staff: who may open access, what others lack, unlocking a PIN field, changes by admins.
import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask } from "../../shared/api/client";
import { keys } from "../../shared/api/keys";
import { isAdmin, isLead } from "../../shared/api/me";
import type { Me, StaffRow } from "../../shared/api/types";
import { Broken, Empty, Loading, Refused } from "../../shared/frame/states";
import { useTitle } from "../../shared/frame/title";
import { frameWords } from "../../shared/frame/words";
import { say } from "../../shared/words/dictionary";
import { useWords } from "../../shared/words/language";
import classes from "./leads.module.css";
import { useStaff } from "./queries";
import { StaffChangeForm, useStaffChange } from "./StaffChange";
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
					<StaffLine key={person.id} person={person} me={me} />
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

function StaffLine({ person, me }: { person: StaffRow; me: Me }) {
	const t = useWords(leadWords);
	const [changing, setChanging] = useState(false);
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
			</div>
			<div className="row">
				{person.form_locked ? <Unlock person={person} me={me} /> : null}
				{isAdmin(me) ? (
					<>
						<Button
							variant="default"
							size="sm"
							aria-expanded={changing}
							onClick={() => setChanging(!changing)}
						>
							{t.change}
						</Button>
						{person.id === me.id ? null : <Activity person={person} />}
					</>
				) : null}
			</div>
			{changing ? (
				<StaffChangeForm
					person={person}
					oneself={person.id === me.id}
					onDone={() => setChanging(false)}
				/>
			) : null}
		</li>
	);
}

/** Leads unlock a PIN field, nobody their own (control 6); all others read who may. */
function Unlock({ person, me }: { person: StaffRow; me: Me }) {
	const t = useWords(leadWords);
	const client = useQueryClient();
	const unlock = useMutation({
		mutationFn: () => ask(api.POST("/staff/{id}/unlock", { params: { path: { id: person.id } } })),
		onSuccess: () => client.invalidateQueries({ queryKey: keys.staff }),
	});
	if (!isLead(me)) return <span className="soft small">{t.unlockWho}</span>;
	if (person.id === me.id) return <span className="soft small">{t.unlockOther}</span>;
	return (
		<>
			<Button
				variant="default"
				size="sm"
				loading={unlock.isPending}
				onClick={() => unlock.mutate()}
			>
				{t.unlock}
			</Button>
			<Refused error={unlock.error} />
		</>
	);
}

function Activity({ person }: { person: StaffRow }) {
	const t = useWords(leadWords);
	const change = useStaffChange(person.id);
	return (
		<>
			<Button
				variant="default"
				size="sm"
				loading={change.isPending}
				onClick={() => change.mutate({ active: !person.active })}
			>
				{person.active ? t.deactivate : t.activate}
			</Button>
			<Refused error={change.error} />
		</>
	);
}

function StateLine({ person }: { person: StaffRow }) {
	const t = useWords(leadWords);
	if (!person.active) return <p className={classes.seen}>○ {t.inactive}</p>;
	return (
		<p>
			{person.lacks.length === 0 ? (
				<>● {t.ready}</>
			) : person.lacks.includes("role") ? (
				// Leads, administration and guests: what else they lack stands in nobody's way.
				<>○ {t.opensNothing}</>
			) : (
				<>
					◐ {t.lacks}: {person.lacks.map((lack) => say(t, `lack_${lack}`)).join(", ")}
				</>
			)}
			{person.form_locked ? <span className={classes.serious}> · ✕ {t.locked}</span> : null}
		</p>
	);
}

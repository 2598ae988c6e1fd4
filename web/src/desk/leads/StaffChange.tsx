// What an admin changes about a staff member: roles, trainings, guidelines; both ways.
import { Button, Checkbox } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, ask } from "../../shared/api/client";
import { keys } from "../../shared/api/keys";
import type { StaffRow } from "../../shared/api/types";
import { Refused } from "../../shared/frame/states";
import { frameWords } from "../../shared/frame/words";
import { field } from "../../shared/signin/forms";
import { useWords } from "../../shared/words/language";
import classes from "./leads.module.css";
import { RoleChoice, rolesOf } from "./RoleChoice";
import { leadWords } from "./words";

export interface Change {
	active?: boolean;
	roles?: string[];
	training_done?: boolean;
	guidelines_accepted?: boolean;
}

export function useStaffChange(id: string, onChanged?: () => void) {
	const client = useQueryClient();
	return useMutation({
		mutationFn: (body: Change) => ask(api.PATCH("/staff/{id}", { params: { path: { id } }, body })),
		onSuccess: () => {
			onChanged?.();
			void client.invalidateQueries({ queryKey: keys.me });
			return client.invalidateQueries({ queryKey: keys.staff });
		},
	});
}

/** Only what differs is sent: nothing that somebody else changed meanwhile is undone. */
export function changed(person: StaffRow, wanted: Required<Omit<Change, "active">>): Change {
	const same = [...person.roles].sort().join() === [...wanted.roles].sort().join();
	const trained = !person.lacks.includes("training");
	const agreed = !person.lacks.includes("guidelines");
	return {
		...(same ? {} : { roles: wanted.roles }),
		...(trained === wanted.training_done ? {} : { training_done: wanted.training_done }),
		...(agreed === wanted.guidelines_accepted
			? {}
			: { guidelines_accepted: wanted.guidelines_accepted }),
	};
}

interface StaffChangeFormProps {
	person: StaffRow;
	oneself: boolean;
	onDone(): void;
}

export function StaffChangeForm({ person, oneself, onDone }: StaffChangeFormProps) {
	const t = useWords(leadWords);
	const frame = useWords(frameWords);
	const [missing, setMissing] = useState(false);
	const change = useStaffChange(person.id, onDone);
	const submit = (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		const roles = rolesOf(event);
		setMissing(roles.length === 0);
		if (roles.length === 0) return;
		const body = changed(person, {
			roles,
			training_done: field(event, "training") === "on",
			guidelines_accepted: field(event, "guidelines") === "on",
		});
		if (Object.keys(body).length === 0) onDone();
		else change.mutate(body);
	};
	return (
		<form className={`stack ${classes.full}`} aria-label={person.name} onSubmit={submit}>
			<RoleChoice
				chosen={person.roles}
				fixed={oneself && person.roles.includes("admin") ? "admin" : undefined}
				error={missing ? t.noRole : undefined}
			/>
			<div className={classes.choice}>
				<Checkbox
					name="training"
					label={t.trainingDone}
					defaultChecked={!person.lacks.includes("training")}
				/>
				<Checkbox
					name="guidelines"
					label={t.guidelinesDone}
					defaultChecked={!person.lacks.includes("guidelines")}
				/>
			</div>
			<p className="soft small">{t.takesEffect}</p>
			<Refused error={change.error} />
			<div className="row">
				<Button type="submit" loading={change.isPending}>
					{t.save}
				</Button>
				<Button variant="default" onClick={onDone}>
					{frame.cancel}
				</Button>
			</div>
		</form>
	);
}

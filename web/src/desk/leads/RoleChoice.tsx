// Which roles a staff member has. Read with `rolesOf` from the form around it.
import { Checkbox } from "@mantine/core";
import type { FormEvent } from "react";
import type { Role } from "../../shared/api/types";
import { field } from "../../shared/signin/forms";
import { say } from "../../shared/words/dictionary";
import { useWords } from "../../shared/words/language";
import classes from "./leads.module.css";
import { leadWords } from "./words";

const roles: Role[] = [
	"agent",
	"onboarding_manager",
	"support_lead",
	"success_lead",
	"admin",
	"guest",
];

/** The roles ticked in a submitted form. */
export function rolesOf(event: FormEvent<HTMLFormElement>): Role[] {
	return roles.filter((role) => field(event, `role-${role}`) === "on");
}

interface RoleChoiceProps {
	chosen?: readonly string[];
	/** A role that stays as it is. */
	fixed?: Role | undefined;
	error?: string | undefined;
}

export function RoleChoice({ chosen = [], fixed, error }: RoleChoiceProps) {
	const t = useWords(leadWords);
	// Guests are invited to something, not made here; whoever is one can stay one.
	const offered = roles.filter((role) => role !== "guest" || chosen.includes(role));
	return (
		<fieldset className={classes.choice}>
			<legend>{t.roles}</legend>
			{offered.map((role) => (
				<Checkbox
					key={role}
					name={`role-${role}`}
					label={say(t, `role_${role}`)}
					// Not `disabled`: a form does not send disabled fields.
					{...(role === fixed
						? { checked: true, readOnly: true }
						: { defaultChecked: chosen.includes(role) })}
				/>
			))}
			{fixed ? <p className="soft small">{t.ownAdmin}</p> : null}
			{error ? (
				<p className="danger" role="alert">
					{error}
				</p>
			) : null}
		</fieldset>
	);
}

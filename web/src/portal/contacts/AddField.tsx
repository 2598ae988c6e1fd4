// One field and its button: adds an address or a number. What was typed stays until it is taken.
import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useEffect, useState } from "react";
import { codeOf } from "../../shared/api/problem";
import { Refused } from "../../shared/frame/states";
import type { Act } from "../../shared/signin/confirmed";
import classes from "./contacts.module.css";

interface AddFieldProps<T> {
	label: string;
	hint?: string;
	type: "email" | "tel";
	button: string;
	act: Act<string, T>;
	/** Said once it is taken. */
	done?: string;
}

export function AddField<T>({ label, hint, type, button, act, done }: AddFieldProps<T>) {
	const [typed, setTyped] = useState("");
	const taken = act.done;
	useEffect(() => {
		if (taken > 0) setTyped("");
	}, [taken]);
	const submit = (event: FormEvent) => {
		event.preventDefault();
		if (typed.trim()) act.run(typed.trim());
	};
	return (
		<form className="stack" onSubmit={submit}>
			<div className={classes.inline}>
				<TextInput
					type={type}
					label={label}
					description={hint}
					required
					withAsterisk={false}
					autoComplete={type === "tel" ? "tel" : "email"}
					error={codeOf(act.error) === "input.invalid"}
					value={typed}
					onChange={(event) => setTyped(event.currentTarget.value)}
				/>
				<Button type="submit" variant="default" loading={act.busy}>
					{button}
				</Button>
			</div>
			<Refused error={act.error} />
			<div role="status" className={classes.outcome}>
				{done && taken > 0 && typed === "" ? <p className={classes.good}>{done}</p> : null}
			</div>
			{act.dialog}
		</form>
	);
}

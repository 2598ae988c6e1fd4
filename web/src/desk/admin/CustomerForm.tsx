import { Button, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { Link } from "react-router";
import { api, ask } from "../../shared/api/client";
import { Refused } from "../../shared/frame/states";
import { field } from "../../shared/signin/forms";
import { useWords } from "../../shared/words/language";
import { groupOf } from "./queries";
import { adminWords } from "./words";

interface Asked {
	name: string;
	number: string;
	group: string;
}

/** A new customer account; its number is given by the server when left empty. */
export function CustomerForm() {
	const t = useWords(adminWords);
	const create = useMutation({
		mutationFn: async ({ name, number, group }: Asked) => {
			const group_id = group ? await groupOf(group) : null;
			return ask(api.POST("/customers", { body: { name, number: number || null, group_id } }));
		},
	});
	const submit = (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		create.mutate({
			name: field(event, "name"),
			number: field(event, "number"),
			group: field(event, "group"),
		});
	};
	return (
		<form className="stack" onSubmit={submit}>
			<TextInput name="name" label={t.name} required maxLength={200} />
			<TextInput name="number" label={t.number} description={t.numberHint} maxLength={40} />
			<TextInput name="group" label={t.group} maxLength={200} />
			<Refused error={create.error} />
			<div>
				<Button type="submit" loading={create.isPending}>
					{t.create}
				</Button>
			</div>
			<div role="status">
				{create.data ? (
					<p className="sheet">
						{t.created("")}
						<Link to={`/desk/customers/${create.data.id}`}>
							{create.data.name} ({create.data.number})
						</Link>
					</p>
				) : null}
			</div>
		</form>
	);
}

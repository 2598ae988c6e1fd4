// "That was not agreed": one press and, for who wants, one sentence; it reaches the leads and nobody else.
import { Button, Textarea } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, ask } from "../api/client";
import { keys } from "../api/keys";
import type { Objection } from "../api/types";
import { Refused } from "../frame/states";
import { frameWords } from "../frame/words";
import { field } from "../signin/forms";
import { useLanguage, useWords } from "../words/language";
import { useNow } from "../words/now";
import { moment } from "../words/time";
import classes from "./visit.module.css";
import { visitWords } from "./words";

const SAID_CHARS = 500;

/** What was said of a ground's visits; `undefined` for whom it is not meant. */
export function useObjections(ground: string, enabled: boolean) {
	const query = useQuery({
		// Below the ground's own key: what makes that stale makes this stale.
		queryKey: [...keys.ground(ground), "objections"],
		queryFn: () => ask(api.GET("/grounds/{id}/objections", { params: { path: { id: ground } } })),
		enabled,
	});
	return query.data;
}

interface ObjectionProps {
	visit: string;
	said: Objection | undefined;
	/** Contacts may say it; leads read it. */
	may: boolean;
}

export function ObjectionPart({ visit, said, may }: ObjectionProps) {
	const t = useWords(visitWords);
	const { language } = useLanguage();
	const now = useNow();
	if (said) {
		return (
			<div className={classes.objection} role="status" data-testid="objection">
				<p>
					<strong>{t.objected}</strong> {t.objectedBy(said.by.name, moment(said.at, now, language))}
				</p>
				{said.said ? <p className={classes.said}>{said.said}</p> : null}
				{may ? <p className="soft small">{t.objectedTold}</p> : null}
			</div>
		);
	}
	return may ? <ObjectionForm visit={visit} /> : null;
}

function ObjectionForm({ visit }: { visit: string }) {
	const t = useWords(visitWords);
	const frame = useWords(frameWords);
	const client = useQueryClient();
	const [opened, setOpened] = useState(false);
	const object = useMutation({
		mutationFn: (said: string) =>
			ask(
				api.POST("/visits/{id}/objection", {
					params: { path: { id: visit } },
					body: { said: said || null },
				}),
			),
		onSettled: () => client.invalidateQueries({ queryKey: ["ground"] }),
	});
	const submit = (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		object.mutate(field(event, "said").trim());
	};
	if (!opened) {
		return (
			<div className="no-print">
				<Button variant="default" size="sm" onClick={() => setOpened(true)}>
					{t.object}
				</Button>
			</div>
		);
	}
	return (
		<form className={`stack no-print ${classes.objection}`} onSubmit={submit}>
			<p>{t.objectLead}</p>
			<Textarea
				name="said"
				label={t.objectSaid}
				autosize
				minRows={2}
				maxRows={6}
				maxLength={SAID_CHARS}
				autoFocus
			/>
			<Refused error={object.error} />
			<div className="row">
				<Button type="submit" loading={object.isPending}>
					{t.objectSend}
				</Button>
				<Button variant="default" onClick={() => setOpened(false)}>
					{frame.cancel}
				</Button>
			</div>
		</form>
	);
}

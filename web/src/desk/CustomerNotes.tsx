// Notes on a customer: read, written, changed and deleted while a door to it is open to me.
import { Button, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask } from "../shared/api/client";
import { keys } from "../shared/api/keys";
import type { Note, Panel } from "../shared/api/types";
import { Refused } from "../shared/frame/states";
import { frameWords } from "../shared/frame/words";
import { useLanguage, useWords } from "../shared/words/language";
import { useNow } from "../shared/words/now";
import { inFull, moment } from "../shared/words/time";
import { Block } from "./PanelBlock";
import classes from "./panel.module.css";
import { panelWords } from "./panelWords";

const LONGEST = 5_000;

function useNotes(customer: string) {
	const client = useQueryClient();
	const onSuccess = () => client.invalidateQueries({ queryKey: keys.customer(customer) });
	const note = (id: string) => ({ path: { id: customer, note_id: id } });
	return {
		add: useMutation({
			mutationFn: (text: string) =>
				ask(
					api.POST("/customers/{id}/notes", {
						params: { path: { id: customer } },
						body: { text },
					}),
				),
			onSuccess,
		}),
		edit: useMutation({
			mutationFn: ({ id, text }: { id: string; text: string }) =>
				ask(api.PATCH("/customers/{id}/notes/{note_id}", { params: note(id), body: { text } })),
			onSuccess,
		}),
		remove: useMutation({
			mutationFn: (id: string) =>
				ask(api.DELETE("/customers/{id}/notes/{note_id}", { params: note(id) })),
			onSuccess,
		}),
	};
}

export function CustomerNotes({ customer, panel }: { customer: string; panel: Panel }) {
	const t = useWords(panelWords);
	const { add } = useNotes(customer);
	const [text, setText] = useState("");
	const notes = panel.notes;
	return (
		<Block title={t.notes}>
			{notes ? (
				<>
					{notes.length === 0 ? <p className="soft">{t.noNotes}</p> : null}
					<ul className={`plain-list ${classes.notes}`}>
						{notes.map((note) => (
							<NoteLine key={note.id} customer={customer} note={note} />
						))}
					</ul>
					<form
						className="stack-close"
						onSubmit={(event) => {
							event.preventDefault();
							if (text.trim()) add.mutate(text, { onSuccess: () => setText("") });
						}}
					>
						<Textarea
							label={t.newNote}
							description={t.noteHint}
							autosize
							minRows={2}
							maxRows={12}
							maxLength={LONGEST}
							value={text}
							onChange={(event) => setText(event.currentTarget.value)}
						/>
						<Refused error={add.error} />
						<div className="row">
							<Button
								type="submit"
								size="sm"
								variant="default"
								disabled={!text.trim()}
								loading={add.isPending}
							>
								{t.addNote}
							</Button>
							<span role="status" className="small">
								{add.data?.redacted ? t.redacted : ""}
							</span>
						</div>
					</form>
				</>
			) : (
				<p className="soft">{t.notesClosed(panel.note_count)}</p>
			)}
		</Block>
	);
}

function NoteLine({ customer, note }: { customer: string; note: Note }) {
	const t = useWords(panelWords);
	const frame = useWords(frameWords);
	const { language } = useLanguage();
	const now = useNow();
	const { edit, remove } = useNotes(customer);
	const [text, setText] = useState<string | null>(null);
	const [asking, setAsking] = useState(false);
	if (text !== null) {
		return (
			<li>
				<form
					className="stack-close"
					onSubmit={(event) => {
						event.preventDefault();
						if (text.trim()) edit.mutate({ id: note.id, text }, { onSuccess: () => setText(null) });
					}}
				>
					<Textarea
						aria-label={t.editText}
						autosize
						minRows={2}
						maxRows={12}
						maxLength={LONGEST}
						value={text}
						onChange={(event) => setText(event.currentTarget.value)}
					/>
					<Refused error={edit.error} />
					<div className="row">
						<Button type="submit" size="sm" loading={edit.isPending} disabled={!text.trim()}>
							{t.save}
						</Button>
						<Button size="sm" variant="default" onClick={() => setText(null)}>
							{frame.cancel}
						</Button>
					</div>
				</form>
			</li>
		);
	}
	return (
		<li>
			<p className={classes.noteText}>{note.text}</p>
			<p className="soft small row">
				<span title={inFull(note.edited_at ?? note.written_at, language)}>
					{note.mine ? t.mine : note.by.name} ·{" "}
					{moment(note.edited_at ?? note.written_at, now, language)}
					{note.edited_at ? ` · ${t.edited}` : ""}
				</span>
				{note.mine ? (
					<button type="button" className={classes.quiet} onClick={() => setText(note.text)}>
						{t.edit}
					</button>
				) : null}
				{note.may_delete ? (
					<button
						type="button"
						className={classes.quiet}
						disabled={remove.isPending}
						onBlur={() => setAsking(false)}
						onClick={() => (asking ? remove.mutate(note.id) : setAsking(true))}
					>
						{asking ? t.removeNow : t.remove}
					</button>
				) : null}
			</p>
			<Refused error={remove.error} />
		</li>
	);
}

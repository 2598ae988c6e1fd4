// A new request (rules P1, P15): five fields, one of them needed. Nothing that was typed or uploaded is
// lost by a refusal or a reload.
import { Button, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { Link, useNavigate } from "react-router";
import { api, ask } from "../../shared/api/client";
import type { Me } from "../../shared/api/types";
import { Refused } from "../../shared/frame/states";
import { useTitle } from "../../shared/frame/title";
import { AttachButton, PickedFiles, useDropAndPaste } from "../../shared/ticket/FilePicker";
import {
	type Draft,
	forgetDraft,
	hasContent,
	noDraft,
	readDraft,
	storeDraft,
} from "../../shared/ticket/requestDraft";
import { useFiles } from "../../shared/ticket/useFiles";
import { useWords } from "../../shared/words/language";
import classes from "./request.module.css";
import { subjectOf } from "./state";
import { requestWords } from "./words";

type Texts = Omit<Draft, "files">;

/** The draft as it stands, kept with every change. */
function useDraft(me: Me) {
	const [first] = useState(() => readDraft(me.id));
	const { files: there, ...texts } = first;
	const [typed, setTyped] = useState<Texts>(texts);
	const files = useFiles(there);
	const draft: Draft = { ...typed, files: files.kept };
	const text = JSON.stringify(draft);
	const over = useRef(false);
	useEffect(() => {
		if (!over.current) storeDraft(me.id, JSON.parse(text) as Draft);
	}, [me.id, text]);
	return {
		typed,
		type: (change: Partial<Texts>) => setTyped((now) => ({ ...now, ...change })),
		files,
		draft,
		restored: hasContent(first),
		discard() {
			setTyped(noDraft);
			files.clear();
		},
		sent() {
			over.current = true;
			forgetDraft();
		},
	};
}

export function NewRequest({ me }: { me: Me }) {
	const t = useWords(requestWords);
	const client = useQueryClient();
	const navigate = useNavigate();
	const draft = useDraft(me);
	const { typed, type, files } = draft;
	const drop = useDropAndPaste(files.add);
	const field = useRef<HTMLTextAreaElement>(null);
	const [tried, setTried] = useState(false);
	const send = useMutation({
		mutationFn: () => ask(api.POST("/tickets", { body: bodyOf(typed, files.ids) })),
		onSuccess: (ticket) => {
			draft.sent();
			void client.invalidateQueries({ queryKey: ["tickets"] });
			navigate(`/requests/${ticket.id}`, { replace: true, state: { told: "sent" } });
		},
	});
	useTitle(t.new);
	const missing = typed.happened.trim() === "";
	const hint = files.busy ? t.waitFiles : files.failed ? t.failedFiles : "";
	const submit = (event: FormEvent) => {
		event.preventDefault();
		setTried(true);
		if (missing) field.current?.focus();
		if (missing || hint || send.isPending) return;
		send.mutate();
	};
	return (
		<form
			className={`stack ${classes.form}`}
			onSubmit={submit}
			noValidate
			data-over={drop.over || undefined}
			data-testid="new-request"
			{...drop.handlers}
		>
			<p>
				<Link to="/requests">← {t.back}</Link>
			</p>
			<h1>{t.new}</h1>
			<p className="soft">{t.formLead}</p>
			{draft.restored && hasContent(draft.draft) ? (
				<p className={classes.kept}>
					{t.kept}{" "}
					<Button variant="subtle" size="compact-md" onClick={draft.discard}>
						{t.discard}
					</Button>
				</p>
			) : null}
			<Textarea
				ref={field}
				label={t.happened}
				required
				withAsterisk={false}
				error={tried && missing ? t.happenedMissing : undefined}
				autosize
				minRows={4}
				maxRows={16}
				maxLength={100_000}
				size="md"
				value={typed.happened}
				onChange={(event) => type({ happened: event.currentTarget.value })}
			/>
			<Further name="done" label={t.done} typed={typed} type={type} />
			<Further name="expected" label={t.expected} typed={typed} type={type} />
			<TextInput
				label={<Voluntary label={t.affected} />}
				description={t.affectedHint}
				maxLength={500}
				size="md"
				value={typed.affected}
				onChange={(event) => type({ affected: event.currentTarget.value })}
			/>
			<fieldset className={classes.files}>
				<legend>
					<Voluntary label={t.files} />
				</legend>
				<PickedFiles files={files} />
				<div className={classes.dropPlace}>
					<AttachButton files={files} prominent />
					<span className="soft small">{t.filesHint}</span>
				</div>
			</fieldset>
			<Refused error={send.error} />
			<p role="status" className="soft">
				{tried ? hint : null}
			</p>
			<Button type="submit" size="lg" loading={send.isPending} className={classes.send}>
				{t.send}
			</Button>
		</form>
	);
}

function bodyOf(typed: Texts, attachments: string[]) {
	const text = (value: string) => value.trim() || null;
	return {
		subject: subjectOf(typed.happened),
		happened: typed.happened.trim(),
		done: text(typed.done),
		expected: text(typed.expected),
		affected: text(typed.affected),
		text: null,
		attachments,
	};
}

function Voluntary({ label }: { label: string }) {
	const t = useWords(requestWords);
	return (
		<>
			{label} <span className={classes.voluntary}>({t.voluntary})</span>
		</>
	);
}

interface FurtherProps {
	name: "done" | "expected";
	label: string;
	typed: Texts;
	type(change: Partial<Texts>): void;
}

function Further({ name, label, typed, type }: FurtherProps) {
	return (
		<Textarea
			label={<Voluntary label={label} />}
			autosize
			minRows={2}
			maxRows={12}
			maxLength={100_000}
			size="md"
			value={typed[name]}
			onChange={(event) => type({ [name]: event.currentTarget.value })}
		/>
	);
}

// Writing a message or a note: text, files, Ctrl+Enter. A note can never become a message by accident:
// it looks different, its button says so, and each keeps its own draft.
import { Button, Textarea } from "@mantine/core";
import { type FormEvent, type KeyboardEvent, type RefObject, useEffect, useState } from "react";
import { Refused } from "../frame/states";
import { useWords } from "../words/language";
import { draftOf, filesOf, keepDraft, keepFiles } from "./drafts";
import { AttachButton, PickedFiles, useDropAndPaste } from "./FilePicker";
import classes from "./ticket.module.css";
import { type Files, useFiles } from "./useFiles";
import { ticketWords } from "./words";

export type MessageMode = "message" | "note";

/** What is handed over when it is sent. */
export interface Written {
	text: string;
	kind: MessageMode;
	attachments: string[];
	close: boolean;
}

interface ComposerProps {
	/** Whose draft: the request's id. */
	id: string;
	modes: readonly MessageMode[];
	mode?: MessageMode;
	onMode?(mode: MessageMode): void;
	canClose: boolean;
	field?: RefObject<HTMLTextAreaElement | null>;
	/** Resolves when it is stored; a refusal is shown here and what was written stays. */
	onSend(written: Written): Promise<unknown>;
}

export function Composer(props: ComposerProps) {
	const [own, setOwn] = useState<MessageMode>(props.modes[0] ?? "message");
	const mode = props.mode && props.modes.includes(props.mode) ? props.mode : own;
	const choose = (next: MessageMode) => {
		setOwn(next);
		props.onMode?.(next);
	};
	return <Fields key={`${props.id} ${mode}`} {...props} mode={mode} onMode={choose} />;
}

function useSending(props: ComposerProps & { mode: MessageMode }, files: Files) {
	const t = useWords(ticketWords);
	const draft = `${props.id} ${props.mode}`;
	const [text, setText] = useState(() => draftOf(draft));
	const [sending, setSending] = useState<"send" | "close" | null>(null);
	const [error, setError] = useState<unknown>(null);
	const [hint, setHint] = useState("");
	const type = (next: string) => {
		setText(next);
		setHint("");
		keepDraft(draft, next);
	};
	const send = async (close: boolean) => {
		if (sending) return;
		const why = whyNotYet(text, files, t);
		setHint(why);
		if (why) return;
		setSending(close ? "close" : "send");
		setError(null);
		try {
			const attachments = files.ids;
			await props.onSend({ text: text.trim(), kind: props.mode, attachments, close });
			type("");
			files.clear();
			// At once: a request that was closed by it takes these fields away.
			keepFiles(draft, []);
			setHint(props.mode === "note" ? t.noted : t.sent);
		} catch (refusal) {
			setError(refusal);
		} finally {
			setSending(null);
		}
	};
	return { text, type, send, sending, error, hint };
}

function whyNotYet(
	text: string,
	files: Files,
	t: { empty: string; stillUploading: string; someFailed: string },
): string {
	if (files.busy) return t.stillUploading;
	if (files.failed) return t.someFailed;
	return text.trim() || files.ids.length > 0 ? "" : t.empty;
}

function Fields(props: ComposerProps & { mode: MessageMode; onMode(mode: MessageMode): void }) {
	const t = useWords(ticketWords);
	const draft = `${props.id} ${props.mode}`;
	const files = useFiles(filesOf(draft));
	const kept = JSON.stringify(files.kept);
	useEffect(() => keepFiles(draft, JSON.parse(kept)), [draft, kept]);
	const drop = useDropAndPaste(files.add);
	const { text, type, send, sending, error, hint } = useSending(props, files);
	const note = props.mode === "note";
	const submit = (event: FormEvent) => {
		event.preventDefault();
		void send(false);
	};
	const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
		if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
			event.preventDefault();
			void send(false);
		} else if (event.key === "Escape") {
			event.currentTarget.blur();
		}
	};
	return (
		<form
			className={classes.composer}
			data-mode={props.mode}
			data-over={drop.over || undefined}
			data-testid="composer"
			onSubmit={submit}
			{...drop.handlers}
		>
			{props.modes.length > 1 ? (
				<div className="row">
					{props.modes.map((mode) => (
						<Button
							key={mode}
							size="compact-md"
							variant={mode === props.mode ? "filled" : "default"}
							aria-pressed={mode === props.mode}
							onClick={() => props.onMode(mode)}
						>
							{mode === "note" ? t.modeNote : t.modeMessage}
						</Button>
					))}
				</div>
			) : null}
			<Textarea
				ref={props.field}
				label={note ? t.writeNote : t.write}
				autosize
				minRows={3}
				maxRows={14}
				maxLength={100_000}
				size="md"
				value={text}
				onChange={(event) => type(event.currentTarget.value)}
				onKeyDown={onKeyDown}
			/>
			{drop.over ? <p className={classes.dropHint}>{t.dropHere}</p> : null}
			<PickedFiles files={files} />
			<Refused error={error} />
			<div className="row">
				<Button type="submit" loading={sending === "send"} title={t.sendKey}>
					{note ? t.keepNote : t.send}
				</Button>
				{props.canClose && !note ? (
					<Button variant="default" loading={sending === "close"} onClick={() => void send(true)}>
						{t.sendAndClose}
					</Button>
				) : null}
				<AttachButton files={files} />
				<span role="status" className="soft small">
					{hint}
				</span>
			</div>
		</form>
	);
}

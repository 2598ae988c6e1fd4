// What was written and what happened, oldest first. Both sides' messages, notes clearly apart, events as
// one line each.
import { Button } from "@mantine/core";
import { type ReactNode, useState } from "react";
import type { AttachmentView, MessageView } from "../api/types";
import { say } from "../words/dictionary";
import { useLanguage, useWords } from "../words/language";
import { useTold } from "../words/now";
import { inFull, moment } from "../words/time";
import { Attachments } from "./Attachments";
import { MailFrame } from "./MailFrame";
import { ProofMark, type Side } from "./Marks";
import classes from "./ticket.module.css";
import { ticketWords } from "./words";

interface MessageListProps {
	messages: readonly MessageView[];
	side: Side;
	/** There are earlier ones. */
	more?: boolean;
	loadingMore?: boolean;
	onMore?(): void;
	/** For staff: what can be done about a redacted file's original. */
	original?(attachment: AttachmentView): ReactNode;
	/** For staff: what else can be looked at, e.g. the raw mail. */
	extra?(message: MessageView): ReactNode;
}

export function MessageList(props: MessageListProps) {
	const t = useWords(ticketWords);
	const { messages, more, onMore } = props;
	return (
		<section aria-label={t.messages} className={classes.messages}>
			{more && onMore ? (
				<div>
					<Button variant="default" size="sm" loading={props.loadingMore} onClick={onMore}>
						{t.earlier}
					</Button>
				</div>
			) : null}
			{messages.length === 0 ? <p className="soft">{t.noMessages}</p> : null}
			<ol className={`plain-list ${classes.messages}`}>
				{messages.map((message) => (
					<li key={message.id}>
						{message.kind === "event" ? (
							<EventLine message={message} />
						) : (
							<MessageBlock {...props} message={message} />
						)}
					</li>
				))}
			</ol>
		</section>
	);
}

function Time({ at }: { at: string }) {
	const { language } = useLanguage();
	const told = useTold((now) => moment(at, now, language));
	return (
		<time dateTime={at} title={inFull(at, language)} className="soft small">
			{told}
		</time>
	);
}

/** The word for an event; closings say how. Unknown ones are shown by their code. */
function eventKey(event: NonNullable<MessageView["event"]>): string {
	const how = (event.data as { how?: unknown } | null | undefined)?.how;
	const kept = (event.data as { kept?: unknown } | null | undefined)?.kept;
	if (event.code === "secrets.removed" && kept === true) return `event_${event.code}_kept`;
	const apart = event.code === "ticket.closed" && (how === "silence" || how === "merged");
	return apart ? `event_${event.code}_${how}` : `event_${event.code}`;
}

/** Events that are about somebody name them. */
const aboutSomebody = {
	"ticket.handed_over": "handedTo",
	"ticket.taken_over": "takenFrom",
	"ticket.watcher_added": "watches",
	"ticket.watcher_removed": "watchesNoMore",
} as const;

/** The files of a mail that were too many, by name. */
function leftOut(event: MessageView["event"], say: (names: string) => string): string | null {
	const names = (event?.data as { names?: unknown } | null | undefined)?.names;
	if (event?.code !== "files.left_out" || !Array.isArray(names)) return null;
	return say(names.join(", "));
}

function EventLine({ message }: { message: MessageView }) {
	const t = useWords(ticketWords);
	const { event } = message;
	const named = event && aboutSomebody[event.code as keyof typeof aboutSomebody];
	const about = named && event.person ? t[named](event.person.name) : null;
	const text =
		about ?? leftOut(event, t.filesLeftOut) ?? (event ? say(t, eventKey(event)) : message.text);
	return (
		<p className={classes.event} data-testid="event">
			<span aria-hidden="true">· </span>
			{message.author.person ? `${message.author.person.name}: ` : null}
			{text} <Time at={message.at} />
		</p>
	);
}

const roles = {
	contact: "roleContact",
	staff: "roleStaff",
	guest: "roleGuest",
	system: "roleSystem",
} as const;

function MessageBlock({
	message,
	side,
	original,
	extra,
}: MessageListProps & { message: MessageView }) {
	const t = useWords(ticketWords);
	const kind = message.author.kind as keyof typeof roles;
	const name = message.author.person?.name ?? t.nobody;
	const note = message.kind === "note";
	// That staff and portal users are signed in goes without saying; a mail's proof does not.
	// Nor does the link from a mail, whose word opens nothing (rule X8): both sides read that.
	const byLink = message.strength === "link" ? "signed_in_by_link" : undefined;
	const proof = byLink ?? (kind === "contact" && side === "staff" ? message.proof : undefined);
	const origin = [
		// A mail that staff let in has no proven author, and Pforte did not write it either.
		...(kind === "system" && message.via === "mail" ? [] : [say(t, roles[kind] ?? "roleSystem")]),
		...(message.via === "portal" || note ? [] : [say(t, `channel_${message.via}`)]),
	];
	return (
		<article
			className={classes.message}
			data-kind={message.kind}
			data-author={kind}
			aria-label={note ? `${t.note}: ${name}` : name}
		>
			<header className={classes.messageHead}>
				{note ? (
					<strong className={classes.noteWord}>
						{t.note} <span className="small">({t.noteHint})</span>
					</strong>
				) : null}
				<strong>{name}</strong>
				<span className="soft small">{origin.join(" · ")}</span>
				{proof ? <ProofMark proof={proof} /> : null}
				<span className={classes.grow} />
				<Time at={message.at} />
			</header>
			<Body message={message} />
			<Attachments attachments={message.attachments} original={original} />
			{extra?.(message)}
		</article>
	);
}

/** Longer than this many characters or lines is cut until asked for. */
const LONG = 3000;
const LONG_LINES = 45;

function Body({ message }: { message: MessageView }) {
	const t = useWords(ticketWords);
	const [asSent, setAsSent] = useState(false);
	const [whole, setWhole] = useState(false);
	const lines = message.text.split("\n");
	const long = message.text.length > LONG || lines.length > LONG_LINES;
	const text = long && !whole ? lines.slice(0, LONG_LINES).join("\n").slice(0, LONG) : message.text;
	return (
		<>
			{asSent && message.html ? (
				<MailFrame html={message.html} pictures={message.attachments} />
			) : (
				<>
					{message.text ? <p className={classes.text}>{text}</p> : null}
					{long && !whole ? (
						<Button
							className={classes.inline}
							variant="subtle"
							size="compact-sm"
							onClick={() => setWhole(true)}
						>
							{t.whole}
						</Button>
					) : null}
					{message.quoted ? (
						<details className={classes.quoted}>
							<summary>{t.quoted}</summary>
							<p className={classes.text}>{message.quoted}</p>
						</details>
					) : null}
				</>
			)}
			{message.html ? (
				<Button
					className={classes.inline}
					variant="subtle"
					size="compact-sm"
					onClick={() => setAsSent(!asSent)}
				>
					{asSent ? t.asText : t.asSent}
				</Button>
			) : null}
		</>
	);
}

// What was written, and the place to write; when writing is not possible, why, and what is instead.
import { Button, Textarea } from "@mantine/core";
import { type FormEvent, type RefObject, useState } from "react";
import { useNavigate } from "react-router";
import type { TicketView } from "../../shared/api/types";
import { Refused } from "../../shared/frame/states";
import { Composer, type MessageMode } from "../../shared/ticket/Composer";
import { MessageList } from "../../shared/ticket/MessageList";
import { useLanguage, useWords } from "../../shared/words/language";
import { OriginalLeave } from "./OriginalLeave";
import classes from "./ticketdesk.module.css";
import { type TicketActions, useEarlier, useSend } from "./useTicket";
import { whyNot } from "./why";
import { ticketDeskWords } from "./words";

interface TalkProps {
	ticket: TicketView;
	guest: boolean;
	mode: MessageMode;
	onMode(mode: MessageMode): void;
	field: RefObject<HTMLTextAreaElement | null>;
	actions: TicketActions;
}

export function Talk({ ticket, guest, mode, onMode, field, actions }: TalkProps) {
	const t = useWords(ticketDeskWords);
	const earlier = useEarlier(ticket);
	const send = useSend(ticket.id);
	const modes = (["message", "note"] as const).filter((one) =>
		ticket.can.includes(one === "message" ? "write" : "note"),
	);
	return (
		<div className="stack">
			<MessageList
				messages={earlier.messages}
				side="staff"
				more={earlier.more}
				loadingMore={earlier.loading}
				onMore={earlier.load}
				original={
					guest
						? undefined
						: (attachment) => <OriginalLeave ticket={ticket.id} attachment={attachment} />
				}
				extra={(message) =>
					message.mail_id && !guest ? (
						<a className="small" href={`/api/v1/mails/${message.mail_id}/raw`} download>
							{t.raw}
						</a>
					) : null
				}
			/>
			<Refused error={earlier.error} />
			<WhyNoMessage ticket={ticket} actions={actions} />
			{modes.length > 0 ? (
				<Composer
					id={ticket.id}
					modes={modes}
					mode={mode}
					onMode={onMode}
					field={field}
					canClose={ticket.can.includes("close")}
					onSend={send}
				/>
			) : null}
		</div>
	);
}

function WhyNoMessage({ ticket, actions }: Pick<TalkProps, "ticket" | "actions">) {
	const t = useWords(ticketDeskWords);
	const { language } = useLanguage();
	const why = whyNot(ticket, "write", language);
	if (!why) return null;
	return (
		<div className={classes.instead}>
			<p>{why}</p>
			{ticket.can.includes("reopen") ? (
				<div className="stack-close">
					<Button
						variant="default"
						loading={actions.reopen.isPending}
						onClick={() => actions.reopen.mutate()}
					>
						{t.reopen}
					</Button>
					<p className="soft small">{t.reopenHint}</p>
				</div>
			) : null}
			{ticket.can.includes("follow_up") ? <FollowUp actions={actions} /> : null}
			<Refused error={actions.reopen.error} />
		</div>
	);
}

/** Nothing is lost: what comes after the lock goes on in a request of its own (rules B15, B16). */
function FollowUp({ actions }: { actions: TicketActions }) {
	const t = useWords(ticketDeskWords);
	const navigate = useNavigate();
	const [text, setText] = useState("");
	const submit = (event: FormEvent) => {
		event.preventDefault();
		if (!text.trim()) return;
		actions.followUp.mutate(text.trim(), {
			onSuccess: (next) => navigate(`/desk/tickets/${next.id}`),
		});
	};
	return (
		<form className="stack" onSubmit={submit}>
			<Textarea
				label={t.followUpText}
				autosize
				minRows={2}
				maxRows={10}
				maxLength={100_000}
				required
				value={text}
				onChange={(event) => setText(event.currentTarget.value)}
			/>
			<Refused error={actions.followUp.error} />
			<div>
				<Button type="submit" loading={actions.followUp.isPending}>
					{t.followUp}
				</Button>
			</div>
		</form>
	);
}

// Seeing a file with live secrets as it came: asked by one, allowed by another, for an hour (control 48).
import { Button, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, ask } from "../../shared/api/client";
import { keys } from "../../shared/api/keys";
import { useMe } from "../../shared/api/me";
import type { AttachmentView, LeaveView } from "../../shared/api/types";
import { originalUrl } from "../../shared/api/upload";
import { Refused } from "../../shared/frame/states";
import { frameWords } from "../../shared/frame/words";
import { field } from "../../shared/signin/forms";
import { useLanguage, useWords } from "../../shared/words/language";
import { useNow } from "../../shared/words/now";
import { clock } from "../../shared/words/time";
import { ticketDeskWords } from "./words";

interface LeaveProps {
	ticket: string;
	attachment: AttachmentView;
}

type Verb = { verb: "give" } | { verb: "refuse" } | { verb: "ask"; why: string };

function useLeave({ ticket, attachment }: LeaveProps, onDone?: () => void) {
	const client = useQueryClient();
	const path = { params: { path: { id: attachment.id } } };
	return useMutation({
		mutationFn: (input: Verb) => {
			if (input.verb === "give") return ask(api.POST("/attachments/{id}/original/give", path));
			if (input.verb === "refuse") return ask(api.POST("/attachments/{id}/original/refuse", path));
			const body = { why: input.why };
			return ask(api.POST("/attachments/{id}/original/ask", { ...path, body }));
		},
		onSuccess: onDone,
		onSettled: () => client.invalidateQueries({ queryKey: keys.ticket(ticket) }),
	});
}

export function OriginalLeave(props: LeaveProps) {
	const t = useWords(ticketDeskWords);
	const { language } = useLanguage();
	const now = useNow();
	const leave = props.attachment.leave;
	const over = leave?.ends_at ? Date.parse(leave.ends_at) <= now : false;
	if (leave?.state === "given" && !over) {
		return (
			<p>
				<a href={originalUrl(props.attachment.id)} download={props.attachment.name}>
					{t.original}
				</a>{" "}
				<span className="soft small">
					{leave.ends_at ? t.originalGiven(clock(leave.ends_at, language)) : null}
				</span>
			</p>
		);
	}
	if (leave?.state === "asked") return <Asked {...props} leave={leave} />;
	return (
		<>
			{leave?.state === "refused" ? <p className="small">{t.originalRefused}</p> : null}
			<Ask {...props} />
		</>
	);
}

function Asked({ leave, ...props }: LeaveProps & { leave: LeaveView }) {
	const t = useWords(ticketDeskWords);
	const me = useMe();
	const decide = useLeave(props);
	if (leave.asked_by.id === me.data?.id) return <p className="small">{t.originalWaits}</p>;
	return (
		<>
			<p className="small">{t.originalAsked(leave.asked_by.name)}</p>
			<div className="row">
				<Button
					size="compact-md"
					variant="default"
					loading={decide.isPending}
					onClick={() => decide.mutate({ verb: "give" })}
				>
					{t.originalGive}
				</Button>
				<Button
					size="compact-md"
					variant="subtle"
					onClick={() => decide.mutate({ verb: "refuse" })}
				>
					{t.originalRefuse}
				</Button>
			</div>
			<Refused error={decide.error} />
		</>
	);
}

function Ask(props: LeaveProps) {
	const t = useWords(ticketDeskWords);
	const frame = useWords(frameWords);
	const [asking, setAsking] = useState(false);
	const send = useLeave(props, () => setAsking(false));
	if (!asking) {
		return (
			<Button size="compact-md" variant="default" onClick={() => setAsking(true)}>
				{t.original} …
			</Button>
		);
	}
	const submit = (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		const why = field(event, "why");
		if (why) send.mutate({ verb: "ask", why });
	};
	return (
		<form className="stack-close" onSubmit={submit}>
			<p className="small">{t.originalText}</p>
			<TextInput
				name="why"
				label={t.originalWhy}
				autoFocus
				required
				maxLength={500}
				autoComplete="off"
			/>
			<div className="row">
				<Button type="submit" size="compact-md" loading={send.isPending}>
					{t.originalAsk}
				</Button>
				<Button size="compact-md" variant="subtle" onClick={() => setAsking(false)}>
					{frame.cancel}
				</Button>
			</div>
			<Refused error={send.error} />
		</form>
	);
}

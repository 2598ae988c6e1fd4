// Questions before something that ends an access: close, hand over, take from somebody.
import { Button, NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, ask } from "../../shared/api/client";
import { keys } from "../../shared/api/keys";
import type { TicketView } from "../../shared/api/types";
import { Dialog } from "../../shared/frame/Sheet";
import { Loading, Refused } from "../../shared/frame/states";
import { frameWords } from "../../shared/frame/words";
import { useWords } from "../../shared/words/language";
import type { TicketActions } from "./useTicket";
import { ticketDeskWords } from "./words";

export interface TicketDialogProps {
	ticket: TicketView;
	actions: TicketActions;
	onClose(): void;
}

export function CloseDialog({ actions, onClose }: TicketDialogProps) {
	const t = useWords(ticketDeskWords);
	return (
		<Question
			title={t.closeTitle}
			text={t.closeText}
			yes={t.close}
			busy={actions.close.isPending}
			error={actions.close.error}
			onClose={onClose}
			onYes={() => actions.close.mutate(undefined, { onSuccess: onClose })}
		/>
	);
}

export function TakeDialog({ ticket, actions, onClose }: TicketDialogProps) {
	const t = useWords(ticketDeskWords);
	const from = ticket.assignee;
	return (
		<Question
			title={from ? t.takeFrom(from.name) : t.takeOver}
			text={from ? t.takeFromText(from.name) : ""}
			yes={t.takeOver}
			busy={actions.takeOver.isPending}
			error={actions.takeOver.error}
			onClose={onClose}
			onYes={() => actions.takeOver.mutate(from?.id ?? null, { onSuccess: onClose })}
		/>
	);
}

interface QuestionProps {
	title: string;
	text: string;
	yes: string;
	busy: boolean;
	error: unknown;
	onYes(): void;
	onClose(): void;
}

/** Enter says yes, Escape no. */
export function Question({ title, text, yes, busy, error, onYes, onClose }: QuestionProps) {
	const frame = useWords(frameWords);
	return (
		<Dialog opened title={title} onClose={onClose}>
			<div className="stack">
				{text ? <p>{text}</p> : null}
				<Refused error={error} />
				<div className="row">
					<Button data-autofocus loading={busy} onClick={onYes}>
						{yes}
					</Button>
					<Button variant="default" onClick={onClose}>
						{frame.cancel}
					</Button>
				</div>
			</div>
		</Dialog>
	);
}

export function HandOverDialog({ ticket, actions, onClose }: TicketDialogProps) {
	const t = useWords(ticketDeskWords);
	const staff = useQuery({
		queryKey: keys.colleagues,
		queryFn: () => ask(api.GET("/colleagues", { params: { query: { limit: 100 } } })),
		staleTime: 60_000,
		retry: false,
	});
	const others = (staff.data?.items ?? []).filter((one) => one.id !== ticket.assignee?.id);
	// Whoever lacks something (rule T21) could open nothing for the customer.
	const serving = others.filter((one) => one.may_enter);
	const lacking = others.filter((one) => !one.may_enter).map(({ name }) => name);
	const [to, setTo] = useState("");
	const chosen = to || (serving[0]?.id ?? "");
	const submit = (event: FormEvent) => {
		event.preventDefault();
		if (chosen) actions.handOver.mutate(chosen, { onSuccess: onClose });
	};
	return (
		<Dialog opened title={t.handOver} onClose={onClose}>
			{staff.isPending ? <Loading lines={2} /> : null}
			<Refused error={staff.error} />
			{staff.data && serving.length === 0 ? <p>{t.handOverNobody}</p> : null}
			{staff.data && lacking.length > 0 ? (
				<p className="soft small">{t.handOverLacking(lacking.join(", "))}</p>
			) : null}
			{serving.length > 0 ? (
				<form className="stack" onSubmit={submit}>
					<p>{t.handOverText}</p>
					<NativeSelect
						label={t.handOverTo}
						data-autofocus
						value={chosen}
						data={serving.map(({ id, name }) => ({ value: id, label: name }))}
						onChange={(event) => setTo(event.currentTarget.value)}
					/>
					<Refused error={actions.handOver.error} />
					<div>
						<Button type="submit" loading={actions.handOver.isPending}>
							{t.handOver}
						</Button>
					</div>
				</form>
			) : null}
		</Dialog>
	);
}

// Subject, urgency and tags. Only what differs is sent.
import { Button, NativeSelect, TextInput } from "@mantine/core";
import type { FormEvent } from "react";
import type { TicketView } from "../../shared/api/types";
import { Dialog } from "../../shared/frame/Sheet";
import { Refused } from "../../shared/frame/states";
import { field } from "../../shared/signin/forms";
import { ticketWords } from "../../shared/ticket/words";
import { say } from "../../shared/words/dictionary";
import { useWords } from "../../shared/words/language";
import type { TicketDialogProps } from "./dialogs";
import type { Changes } from "./useTicket";
import { ticketDeskWords } from "./words";

const priorities = ["low", "normal", "high", "urgent"];

/** "a, b, a" → ["a", "b"] */
export function tagsIn(typed: string): string[] {
	const tags = typed.split(/[,;\n]/).map((tag) => tag.trim());
	return [...new Set(tags.filter(Boolean))];
}

export function changesOf(
	ticket: Pick<TicketView, "subject" | "priority" | "tags">,
	wanted: Required<Changes>,
): Changes {
	const same = [...ticket.tags].sort().join("\n") === [...wanted.tags].sort().join("\n");
	return {
		...(wanted.subject && wanted.subject !== ticket.subject ? { subject: wanted.subject } : {}),
		...(wanted.priority === ticket.priority ? {} : { priority: wanted.priority }),
		...(same ? {} : { tags: wanted.tags }),
	};
}

export function ChangeDialog({ ticket, actions, onClose }: TicketDialogProps) {
	const t = useWords(ticketDeskWords);
	const words = useWords(ticketWords);
	const submit = (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		const changes = changesOf(ticket, {
			subject: field(event, "subject"),
			priority: field(event, "priority"),
			tags: tagsIn(field(event, "tags")),
		});
		if (Object.keys(changes).length === 0) return onClose();
		actions.change.mutate(changes, { onSuccess: onClose });
	};
	return (
		<Dialog opened title={t.change} onClose={onClose}>
			<form className="stack" onSubmit={submit}>
				<TextInput
					name="subject"
					label={t.subject}
					defaultValue={ticket.subject}
					required
					maxLength={200}
					autoComplete="off"
				/>
				<NativeSelect
					name="priority"
					label={t.priority}
					data-autofocus
					defaultValue={ticket.priority}
					data={priorities.map((value) => ({ value, label: say(words, `priority_${value}`) }))}
				/>
				<TextInput
					name="tags"
					label={t.tags}
					description={t.tagsHint}
					defaultValue={ticket.tags.join(", ")}
					maxLength={400}
					autoComplete="off"
				/>
				<Refused error={actions.change.error} />
				<div>
					<Button type="submit" loading={actions.change.isPending}>
						{t.save}
					</Button>
				</div>
			</form>
		</Dialog>
	);
}

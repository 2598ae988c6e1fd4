// Inviting a guest to this one request (rule M6).
import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { api, ask } from "../../shared/api/client";
import { keys } from "../../shared/api/keys";
import { Secret } from "../../shared/frame/Secret";
import { Dialog } from "../../shared/frame/Sheet";
import { Refused } from "../../shared/frame/states";
import { field } from "../../shared/signin/forms";
import { useLanguage, useWords } from "../../shared/words/language";
import type { TicketDialogProps } from "./dialogs";
import classes from "./ticketdesk.module.css";
import { ticketDeskWords } from "./words";

export function InviteDialog({ ticket, onClose }: TicketDialogProps) {
	const t = useWords(ticketDeskWords);
	const { language } = useLanguage();
	const client = useQueryClient();
	const invite = useMutation({
		mutationFn: (body: {
			email: string;
			first_name: string;
			last_name: string;
			language: string;
		}) => ask(api.POST("/guests", { body: { ...body, ticket_id: ticket.id } })),
		onSuccess: () => client.invalidateQueries({ queryKey: keys.ticket(ticket.id) }),
	});
	const submit = (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		invite.mutate({
			email: field(event, "email"),
			first_name: field(event, "first"),
			last_name: field(event, "last"),
			language: field(event, "language"),
		});
	};
	return (
		<Dialog opened title={t.invite} onClose={onClose}>
			{invite.data ? (
				<div role="status" className="stack">
					<p>{t.invited(invite.data.staff.name)}</p>
					{invite.data.code ? (
						<>
							<Secret label={t.inviteCode} value={invite.data.code} />
							<p className="soft">{t.inviteCodeHint}</p>
						</>
					) : null}
				</div>
			) : (
				<form className="stack" onSubmit={submit}>
					<p>{t.inviteText}</p>
					<TextInput
						name="email"
						type="email"
						label={t.email}
						required
						data-autofocus
						maxLength={254}
						autoComplete="off"
					/>
					<div className={classes.two}>
						<TextInput name="first" label={t.firstName} required maxLength={100} />
						<TextInput name="last" label={t.lastName} required maxLength={100} />
					</div>
					<NativeSelect
						name="language"
						label={t.language}
						defaultValue={language}
						data={[
							{ value: "de", label: "Deutsch" },
							{ value: "en", label: "English" },
						]}
					/>
					<Refused error={invite.error} />
					<div>
						<Button type="submit" loading={invite.isPending}>
							{t.send}
						</Button>
					</div>
				</form>
			)}
		</Dialog>
	);
}

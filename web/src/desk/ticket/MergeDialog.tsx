// Merging: this request is closed, it goes on in another one of the same customer.
import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useNavigate } from "react-router";
import { api, ask } from "../../api/client";
import { Dialog } from "../../frame/Sheet";
import { Refused } from "../../frame/states";
import { field } from "../../signin/forms";
import { useWords } from "../../words/language";
import type { TicketDialogProps } from "./dialogs";
import { ticketDeskWords } from "./words";

/** "#1042" → 1042; `null` for anything else. */
export function numberIn(typed: string): number | null {
	const digits = /^#?\s*(\d{1,12})$/.exec(typed.trim())?.[1];
	return digits === undefined ? null : Number(digits);
}

export function MergeDialog({ ticket, actions, onClose }: TicketDialogProps) {
	const t = useWords(ticketDeskWords);
	const navigate = useNavigate();
	const [wrong, setWrong] = useState("");
	const [looking, setLooking] = useState(false);
	const [error, setError] = useState<unknown>(null);
	const submit = async (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		const number = numberIn(field(event, "number"));
		setError(null);
		if (number === ticket.number) return setWrong(t.mergeSame);
		if (number === null) return setWrong(t.mergeNone);
		setLooking(true);
		try {
			const found = await ask(api.GET("/search", { params: { query: { q: String(number) } } }));
			const into = found.tickets.find((one) => one.number === number);
			if (!into) return setWrong(t.mergeNone);
			setWrong("");
			await actions.merge.mutateAsync(into.id);
			onClose();
			navigate(`/desk/tickets/${into.id}`);
		} catch (refusal) {
			setError(refusal);
		} finally {
			setLooking(false);
		}
	};
	return (
		<Dialog opened title={t.merge} onClose={onClose}>
			<form className="stack" onSubmit={(event) => void submit(event)}>
				<p>{t.mergeText}</p>
				<TextInput
					name="number"
					label={t.mergeInto}
					data-autofocus
					inputMode="numeric"
					autoComplete="off"
					maxLength={14}
					error={wrong || undefined}
				/>
				<Refused error={error} />
				<div>
					<Button type="submit" loading={looking}>
						{t.merge}
					</Button>
				</div>
			</form>
		</Dialog>
	);
}

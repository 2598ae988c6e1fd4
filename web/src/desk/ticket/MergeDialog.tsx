// Merging: this request is closed, it goes on in another one of the same customer.
import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useNavigate } from "react-router";
import { api, ask } from "../../shared/api/client";
import { keys } from "../../shared/api/keys";
import type { TicketView } from "../../shared/api/types";
import { Dialog } from "../../shared/frame/Sheet";
import { Refused } from "../../shared/frame/states";
import { field } from "../../shared/signin/forms";
import { useWords } from "../../shared/words/language";
import type { TicketDialogProps } from "./dialogs";
import { ticketDeskWords } from "./words";

/** "#1042" → 1042; `null` for anything else. */
export function numberIn(typed: string): number | null {
	const digits = /^#?\s*(\d{1,12})$/.exec(typed.trim())?.[1];
	return digits === undefined ? null : Number(digits);
}

/** Stands for a number that is typed. */
const OTHER = "other";
/** As many as a list can be read; others by their number. */
const OFFERED = 30;

/** What of the same customer it could go on in, newest first. */
function useOthers(ticket: TicketView) {
	const query = { customer: ticket.customer.id, state: "all", sort: "newest", limit: OFFERED };
	const found = useQuery({
		queryKey: keys.tickets(`merge ${ticket.customer.id}`),
		queryFn: () => ask(api.GET("/tickets", { params: { query } })),
	});
	const items = found.data?.items ?? [];
	return items.filter((one) => one.id !== ticket.id && one.state !== "locked");
}

export function MergeDialog({ ticket, actions, onClose }: TicketDialogProps) {
	const t = useWords(ticketDeskWords);
	const navigate = useNavigate();
	const [wrong, setWrong] = useState("");
	const [looking, setLooking] = useState(false);
	const [error, setError] = useState<unknown>(null);
	const others = useOthers(ticket);
	const [chosen, setChosen] = useState<string | null>(null);
	const into = chosen ?? others[0]?.id ?? OTHER;
	const submit = async (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		setError(null);
		if (into !== OTHER) return mergeInto(into);
		const number = numberIn(field(event, "number"));
		if (number === ticket.number) return setWrong(t.mergeSame);
		if (number === null) return setWrong(t.mergeNone);
		setLooking(true);
		try {
			const found = await ask(api.GET("/search", { params: { query: { q: String(number) } } }));
			const into = found.tickets.find((one) => one.number === number);
			if (!into) return setWrong(t.mergeNone);
			setWrong("");
			await mergeInto(into.id);
		} catch (refusal) {
			setError(refusal);
		} finally {
			setLooking(false);
		}
	};
	const mergeInto = async (id: string) => {
		setLooking(true);
		try {
			await actions.merge.mutateAsync(id);
			onClose();
			navigate(`/desk/tickets/${id}`);
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
				{others.length > 0 ? (
					<NativeSelect
						label={t.mergeOthers}
						data-autofocus
						value={into}
						data={[
							...others.map((one) => ({ value: one.id, label: `#${one.number} ${one.subject}` })),
							{ value: OTHER, label: t.mergeOther },
						]}
						onChange={(event) => setChosen(event.currentTarget.value)}
					/>
				) : null}
				{into === OTHER ? (
					<TextInput
						name="number"
						label={t.mergeInto}
						data-autofocus
						inputMode="numeric"
						autoComplete="off"
						maxLength={14}
						error={wrong || undefined}
					/>
				) : null}
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

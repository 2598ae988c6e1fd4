// What can be done with a request besides writing. What is not possible is not there; why stands below.
import { Button } from "@mantine/core";
import { useState } from "react";
import type { TicketView } from "../../shared/api/types";
import { Refused } from "../../shared/frame/states";
import { useLanguage, useWords } from "../../shared/words/language";
import { ChangeDialog } from "./ChangeDialog";
import { CloseDialog, HandOverDialog, TakeDialog } from "./dialogs";
import { InviteDialog } from "./InviteDialog";
import { MergeDialog } from "./MergeDialog";
import type { TicketActions } from "./useTicket";
import { whyNot } from "./why";
import { ticketDeskWords } from "./words";

export type DialogName = "take" | "close" | "hand_over" | "merge" | "change" | "invite";

export function useActionDialogs() {
	const [shown, setShown] = useState<DialogName | null>(null);
	return { shown, open: setShown, close: () => setShown(null) };
}

interface ActionsProps {
	ticket: TicketView;
	actions: TicketActions;
	dialogs: ReturnType<typeof useActionDialogs>;
}

export function Actions({ ticket, actions, dialogs }: ActionsProps) {
	const t = useWords(ticketDeskWords);
	const { language } = useLanguage();
	const buttons: [string, DialogName, string][] = [
		["close", "close", t.close],
		["hand_over", "hand_over", t.handOver],
		["change", "change", t.change],
		["merge", "merge", t.merge],
	];
	const shown = buttons.filter(([action]) => ticket.can.includes(action));
	const why = [
		...new Set(
			["close", "change"].flatMap((action) => {
				const text = whyNot(ticket, action, language);
				return text && ticket.cannot[action] === "ticket.not_yours" ? [text] : [];
			}),
		),
	];
	const dialog = { ticket, actions, onClose: dialogs.close };
	return (
		<>
			<div className="row">
				{shown.map(([action, name, label]) => (
					<Button key={action} variant="default" size="sm" onClick={() => dialogs.open(name)}>
						{label}
					</Button>
				))}
				{ticket.can.includes("release") ? (
					<Button
						variant="default"
						size="sm"
						title={t.releaseHint}
						loading={actions.release.isPending}
						onClick={() => actions.release.mutate()}
					>
						{t.release}
					</Button>
				) : null}
			</div>
			{why.map((text) => (
				<p key={text} className="soft small">
					{text}
				</p>
			))}
			<Refused error={actions.release.error} />
			{dialogs.shown === "take" ? <TakeDialog {...dialog} /> : null}
			{dialogs.shown === "close" ? <CloseDialog {...dialog} /> : null}
			{dialogs.shown === "hand_over" ? <HandOverDialog {...dialog} /> : null}
			{dialogs.shown === "merge" ? <MergeDialog {...dialog} /> : null}
			{dialogs.shown === "change" ? <ChangeDialog {...dialog} /> : null}
			{dialogs.shown === "invite" ? <InviteDialog {...dialog} /> : null}
		</>
	);
}

// The keys of a request: t takes it over, r answers, n notes, c closes. Also what a key pressed in the
// queue asked for on the way here.
import { useEffect, useRef } from "react";
import { useLocation } from "react-router";
import type { TicketView } from "../../shared/api/types";
import type { MessageMode } from "../../shared/ticket/Composer";
import { useKeys } from "../keyboard";
import type { Act } from "../queue/QueueList";
import type { DialogName } from "./Actions";
import type { TicketActions } from "./useTicket";
import { lacks } from "./why";

export function useTicketKeys(
	ticket: TicketView,
	actions: TicketActions,
	openDialog: (name: DialogName) => void,
	write: (mode: MessageMode) => void,
): void {
	const can = (action: string) => ticket.can.includes(action);
	const run: Record<Act, () => void> = {
		take_over: () => {
			if (!can("take_over") || lacks(ticket)) return;
			if (ticket.assignee && !ticket.mine) openDialog("take");
			else if (!actions.takeOver.isPending) actions.takeOver.mutate(null);
		},
		reply: () => can("write") && write("message"),
		note: () => can("note") && write("note"),
		close: () => can("close") && openDialog("close"),
	};
	// In the queue beside it another request may be in focus: then the keys are for that one.
	const here = (act: Act) => () => {
		const focused = document.activeElement as HTMLElement | null;
		const other = focused?.dataset.ticket;
		if (!other || other === ticket.id) run[act]();
	};
	useKeys({ t: here("take_over"), r: here("reply"), n: here("note"), c: here("close") });

	const location = useLocation();
	const act = (location.state as { act?: Act } | null)?.act;
	const arrived = useRef(false);
	useEffect(() => {
		if (arrived.current || !act) return;
		arrived.current = true;
		// Once only: going back and forth must not take it over again.
		window.history.replaceState({ ...window.history.state, usr: null }, "");
		run[act]();
	});
}

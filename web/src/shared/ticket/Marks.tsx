// A request's state and its sender's proof at a glance: sign, word and colour say the same.
import { say } from "../words/dictionary";
import { useWords } from "../words/language";
import classes from "./ticket.module.css";
import { ticketWords } from "./words";

/** Whose words: "wartet auf uns" at the desk is "beim Support" on the portal. */
export type Side = "staff" | "customer";

const signs: Record<string, string> = {
	new: "●",
	open: "◐",
	waiting: "◔",
	closed: "○",
	locked: "■",
};

export function StateMark({ state, side = "staff" }: { state: string; side?: Side }) {
	const t = useWords(ticketWords);
	return (
		<span className={classes.state} data-state={state}>
			<span aria-hidden="true">{signs[state] ?? "○"} </span>
			{say(t, `${side === "staff" ? "state" : "own"}_${state}`)}
		</span>
	);
}

/** `null` is what staff wrote down themselves: nobody proved anything. */
export function ProofMark({ proof }: { proof: string | null | undefined }) {
	const t = useWords(ticketWords);
	const sure = proof === "proven" || proof === "confirmed" || proof === "signed_in";
	return (
		<span className={classes.proof} data-proof={proof ?? "none"}>
			<span aria-hidden="true">{sure ? "✓ " : proof ? "? " : "– "}</span>
			{say(t, `proof_${proof ?? "none"}`)}
		</span>
	);
}

/** Nothing for `normal`: what is usual needs no word. */
export function PriorityMark({ priority }: { priority: string }) {
	const t = useWords(ticketWords);
	if (priority === "normal") return null;
	const sign = priority === "low" ? "↓" : priority === "urgent" ? "⇈" : "↑";
	return (
		<span className={classes.priority} data-priority={priority}>
			<span aria-hidden="true">{sign} </span>
			{say(t, `priority_${priority}`)}
		</span>
	);
}

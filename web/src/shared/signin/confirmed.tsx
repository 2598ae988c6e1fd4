// Doing what mail alone never may (rule X8): who signed in by a link is asked for the password first.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { keys } from "../api/keys";
import { codeOf } from "../api/problem";
import type { Me } from "../api/types";
import { Dialog } from "../frame/Sheet";
import { useWords } from "../words/language";
import { ConfirmForm } from "./forms";
import { signInWords } from "./words";

const NEEDED = "sign_in.needs_confirmation";

interface ActSettings<V, T> {
	/** Unknown while it loads: then the answer says whether to ask. */
	me: Me | null | undefined;
	fn(variables: V): Promise<T>;
	onDone?(answer: T, variables: V): void;
	/** First words of cached answers that this changes. */
	touches: readonly string[];
}

export interface Act<V, T> {
	run(variables: V): void;
	busy: boolean;
	error: unknown;
	data: T | undefined;
	/** How often it has worked. */
	done: number;
	/** To be rendered once beside what starts the action. */
	dialog: ReactNode;
}

/** An action that needs a confirmed sign-in; the dialog appears only when it is needed. */
export function useAct<V, T>({ me, fn, onDone, touches }: ActSettings<V, T>): Act<V, T> {
	const t = useWords(signInWords);
	const client = useQueryClient();
	const [held, setHeld] = useState<{ variables: V } | null>(null);
	const [done, setDone] = useState(0);
	const action = useMutation({
		mutationFn: fn,
		onSuccess: (answer, variables) => {
			setDone((times) => times + 1);
			onDone?.(answer, variables);
		},
		onError: (error, variables) => {
			if (codeOf(error) === NEEDED) setHeld({ variables });
		},
		onSettled: () => {
			for (const noun of touches) void client.invalidateQueries({ queryKey: [noun] });
		},
	});
	const run = (variables: V) => {
		if (me?.strength === "link") setHeld({ variables });
		else action.mutate(variables);
	};
	const confirmed = (next: Me) => {
		client.setQueryData(keys.me, next);
		setHeld(null);
		if (held) action.mutate(held.variables);
	};
	const dialog = (
		<Dialog opened={held !== null} title={t.confirmAction} onClose={() => setHeld(null)}>
			<ConfirmForm totp={me?.contact?.totp ?? false} onDone={confirmed} bare />
		</Dialog>
	);
	const error = codeOf(action.error) === NEEDED ? null : action.error;
	return { run, busy: action.isPending, error, data: action.data, done, dialog };
}

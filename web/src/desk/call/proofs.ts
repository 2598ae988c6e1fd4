// By what a caller can be proven (rule P6). Pure; the server decides the same again.
import type { CallerMatch, Callers } from "../../shared/api/types";

export type Proof = { kind: "none" } | { kind: "pin" } | { kind: "call_back"; number: string };

/** The caller ID alone is never among them (control 50). */
export function proofsFor(callers: Pick<Callers, "number" | "registered">, match: CallerMatch) {
	const unregistered = Boolean(callers.number) && !callers.registered;
	const callBack = match.call_back.map((number): Proof => ({ kind: "call_back", number }));
	const pin: Proof[] = match.support && !unregistered ? [{ kind: "pin" }] : [];
	return {
		proofs: [{ kind: "none" } as Proof, ...callBack, ...pin],
		/** A PIN would do but for the number that calls. */
		pinNot: match.support && unregistered,
	};
}

export function keyOf(proof: Proof): string {
	return proof.kind === "call_back" ? `call_back ${proof.number}` : proof.kind;
}

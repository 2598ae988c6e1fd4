// The call itself: how it was proven, what was said, to which request it belongs (rules P6, T4).
import { Button, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useNavigate } from "react-router";
import { api, ask } from "../../shared/api/client";
import { keys } from "../../shared/api/keys";
import type { CallerMatch, Callers, Customer, Me, NewCall } from "../../shared/api/types";
import { Broken, Loading, Refused } from "../../shared/frame/states";
import { field } from "../../shared/signin/forms";
import { useWords } from "../../shared/words/language";
import { OpenGround } from "../OpenGround";
import { RedeemForm } from "../RedeemForm";
import classes from "./call.module.css";
import { keyOf, type Proof, proofsFor } from "./proofs";
import { callWords } from "./words";

interface CallFormProps {
	me: Me;
	callers: Callers;
	match: CallerMatch;
}

function useKeep() {
	const client = useQueryClient();
	const navigate = useNavigate();
	return useMutation({
		mutationFn: (body: NewCall) => ask(api.POST("/calls", { body })),
		onSuccess: ({ ticket }) => {
			void client.invalidateQueries({ queryKey: ["tickets"] });
			navigate(`/desk/tickets/${ticket.id}`);
		},
	});
}

export function CallForm({ me, callers, match }: CallFormProps) {
	const { proofs, pinNot } = proofsFor(callers, match);
	const [proof, setProof] = useState<Proof>({ kind: "none" });
	const customer = useQuery({
		queryKey: keys.customer(match.customer.id),
		queryFn: () => ask(api.GET("/customers/{id}", { params: { path: { id: match.customer.id } } })),
		enabled: proof.kind === "pin",
	});
	const ground = groundOf(customer.data, match);
	return (
		<div className="stack">
			<ProofChoice
				match={match}
				proofs={proofs}
				chosen={proof}
				pinNot={pinNot}
				onChoose={setProof}
			/>
			{proof.kind === "pin" ? (
				<div className={classes.pin}>
					{customer.isPending ? <Loading lines={3} /> : null}
					{customer.isError ? (
						<Broken error={customer.error} again={() => customer.refetch()} />
					) : null}
					{customer.data && ground ? <OpenGround ground={ground} /> : null}
					{customer.data && !ground ? (
						<RedeemForm
							me={me}
							customer={{
								...customer.data,
								contacts: customer.data.contacts.filter((one) => one.id === match.contact.id),
							}}
							contactId={match.contact.id}
							caller={callers.display ?? match.contact.name}
							arriving
							onContact={() => {}}
						/>
					) : null}
				</div>
			) : null}
			<NoteForm match={match} callers={callers} proof={proof} groundId={ground?.id ?? null} />
		</div>
	);
}

function groundOf(customer: Customer | undefined, match: CallerMatch): Customer["ground"] {
	const ground = customer?.ground;
	return ground?.kind === "pin" && ground.contact.id === match.contact.id ? ground : null;
}

interface ProofChoiceProps {
	match: CallerMatch;
	proofs: readonly Proof[];
	chosen: Proof;
	pinNot: boolean;
	onChoose(proof: Proof): void;
}

function ProofChoice({ match, proofs, chosen, pinNot, onChoose }: ProofChoiceProps) {
	const t = useWords(callWords);
	const texts = (proof: Proof): [string, string] => {
		if (proof.kind === "call_back") return [t.callBack(proof.number), ""];
		if (proof.kind === "pin") return [t.proof_pin, t.proof_pinHint];
		return [t.proof_none, t.proof_noneHint];
	};
	return (
		<fieldset className={classes.matches}>
			<legend>{t.proof}</legend>
			{match.call_back.length === 0 ? <p className="soft small">{t.noNumbers}</p> : null}
			{proofs.map((proof) => {
				const [text, hint] = texts(proof);
				return (
					<label key={keyOf(proof)} className={classes.match}>
						<input
							type="radio"
							name="proof"
							checked={keyOf(proof) === keyOf(chosen)}
							onChange={() => onChoose(proof)}
						/>
						<span>
							{text} <span className="soft small">{hint}</span>
						</span>
					</label>
				);
			})}
			{pinNot ? <p className="soft small">{t.pinNot}</p> : null}
		</fieldset>
	);
}

interface NoteFormProps {
	match: CallerMatch;
	callers: Callers;
	proof: Proof;
	groundId: string | null;
}

function NoteForm({ match, callers, proof, groundId }: NoteFormProps) {
	const t = useWords(callWords);
	const keep = useKeep();
	const [ticket, setTicket] = useState("");
	const [missing, setMissing] = useState<string[]>([]);
	const [pinFirst, setPinFirst] = useState(false);
	const submit = (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		const note = field(event, "note");
		const subject = field(event, "subject");
		const lacking = [...(ticket || subject ? [] : ["subject"]), ...(note ? [] : ["note"])];
		setMissing(lacking);
		setPinFirst(proof.kind === "pin" && !groundId);
		const [first] = lacking;
		if (first) {
			event.currentTarget.querySelector<HTMLElement>(`[name="${first}"]`)?.focus();
			return;
		}
		if (proof.kind === "pin" && !groundId) return;
		keep.mutate({
			contact_id: match.contact.id,
			number: callers.number ?? null,
			proof: proof.kind,
			call_back_number: proof.kind === "call_back" ? proof.number : null,
			ground_id: proof.kind === "pin" ? groundId : null,
			note,
			subject: ticket ? null : subject,
			ticket_id: ticket || null,
		});
	};
	return (
		<form className={`stack ${classes.form}`} onSubmit={submit} noValidate>
			{match.open_tickets.length > 0 ? (
				<TicketChoice match={match} chosen={ticket} onChoose={setTicket} />
			) : null}
			{ticket ? null : (
				<TextInput
					name="subject"
					label={t.subject}
					autoComplete="off"
					maxLength={200}
					size="md"
					error={missing.includes("subject") ? t.required : undefined}
				/>
			)}
			<Textarea
				name="note"
				label={t.note}
				description={t.noteHint}
				autosize
				minRows={3}
				maxRows={12}
				maxLength={10_000}
				size="md"
				error={missing.includes("note") ? t.required : undefined}
			/>
			{pinFirst ? (
				<p role="alert" className="danger">
					{t.pinFirst}
				</p>
			) : null}
			<Refused error={keep.error} />
			<div>
				<Button type="submit" size="md" loading={keep.isPending}>
					{t.keep}
				</Button>
			</div>
		</form>
	);
}

interface TicketChoiceProps {
	match: CallerMatch;
	chosen: string;
	onChoose(id: string): void;
}

function TicketChoice({ match, chosen, onChoose }: TicketChoiceProps) {
	const t = useWords(callWords);
	const lines = [
		{ id: "", text: t.newTicket },
		...match.open_tickets.map(({ id, number, subject }) => ({ id, text: `#${number} ${subject}` })),
	];
	return (
		<fieldset className={classes.matches}>
			<legend>{t.belongs}</legend>
			{lines.map(({ id, text }) => (
				<label key={id} className={classes.match}>
					<input type="radio" name="ticket" checked={id === chosen} onChange={() => onChoose(id)} />
					<span>{text}</span>
				</label>
			))}
		</fieldset>
	);
}

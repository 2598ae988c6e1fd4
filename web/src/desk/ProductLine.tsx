// One product at the desk: open it, or read why not and what would allow it.
import { Button } from "@mantine/core";
import { type FormEvent, type KeyboardEvent, useRef, useState } from "react";
import { codeOf } from "../shared/api/problem";
import type { Customer, Ground } from "../shared/api/types";
import { Refused } from "../shared/frame/states";
import { frameWords } from "../shared/frame/words";
import { useLanguage, useWords } from "../shared/words/language";
import { codeText } from "../shared/words/refusals";
import classes from "./desk.module.css";
import { type Reason, ReasonFields, reasonOf } from "./ReasonFields";
import { useOpenProduct } from "./useOpenProduct";
import { deskWords } from "./words";

type Line = Customer["products"][number];

interface ProductLineProps {
	line: Line;
	/** The open ground; whether it was entered before decides if *Open* asks for a reason. */
	ground: Ground | null;
	/** A takeover carries no reason: the first visit on it is asked for one, too (rule T4). */
	takeover?: { subject: string } | null;
}

export function ProductLine({ line, ground, takeover = null }: ProductLineProps) {
	const { language } = useLanguage();
	if (line.decision === "open" && line.ground_id) {
		const own = ground?.id === line.ground_id ? ground : null;
		return <OpenProduct line={line} id={line.ground_id} ground={own} takeover={takeover} />;
	}
	return (
		<div className={classes.product}>
			<strong>{line.product.name}</strong>
			<p className={classes.why}>
				<span aria-hidden="true">{line.decision === "needs" ? "◐ " : "○ "}</span>
				{codeText(line.code, line.code, language)}
			</p>
		</div>
	);
}

interface OpenProductProps {
	line: Line;
	id: string;
	ground: Ground | null;
	takeover: { subject: string } | null;
}

function OpenProduct({ line, id, ground, takeover }: OpenProductProps) {
	const t = useWords(deskWords);
	const frame = useWords(frameWords);
	const [asking, setAsking] = useState(false);
	const button = useRef<HTMLButtonElement>(null);
	const close = () => {
		setAsking(false);
		button.current?.focus();
	};
	const { open, blocked, unblock } = useOpenProduct(id, line.product.id, close);
	const send = (reason: Reason | null) =>
		open.mutate(reason, {
			// Somebody entered meanwhile, say in another tab: then this visit is a further one.
			onError: (error) => codeOf(error) === "needs.reason" && setAsking(true),
		});
	const entered = (ground?.visits.length ?? 0) > 0;
	const start = () => {
		open.reset();
		if (asking) close();
		else if (entered || takeover) setAsking(true);
		else send(null);
	};
	return (
		<div className={classes.product}>
			<strong>{line.product.name}</strong>
			<Button
				ref={button}
				variant={asking ? "default" : "filled"}
				loading={open.isPending && !asking}
				aria-label={asking ? frame.cancel : t.openLink(line.product.name)}
				onClick={start}
			>
				{asking ? frame.cancel : t.open}
				{asking ? null : <span aria-hidden="true">&nbsp;&nbsp;↗</span>}
			</Button>
			{asking ? (
				<FurtherReason
					label={t.openLink(line.product.name)}
					hint={entered || !takeover ? t.furtherReason : t.firstReason}
					text={entered ? undefined : takeover?.subject}
					category={ground?.reason?.category}
					busy={open.isPending}
					onReason={send}
					onCancel={close}
				/>
			) : null}
			{blocked ? (
				<p className={classes.why} role="alert">
					{t.blocked}{" "}
					<a href={blocked} target="_blank" rel="noopener noreferrer" onClick={unblock}>
						{t.openLink(line.product.name)}
					</a>
				</p>
			) : null}
			<Refused error={asking && open.variables === null ? null : open.error} />
		</div>
	);
}

interface FurtherReasonProps {
	label: string;
	hint: string;
	text: string | undefined;
	category: string | undefined;
	busy: boolean;
	onReason(reason: Reason): void;
	onCancel(): void;
}

/** Each visit on a takeover and each further one has its own reason (rules T4, T24). Enter opens, Escape leaves it. */
function FurtherReason(props: FurtherReasonProps) {
	const { label, hint, text, category, busy, onReason, onCancel } = props;
	const t = useWords(deskWords);
	const [missing, setMissing] = useState(false);
	const submit = (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		const reason = reasonOf(event);
		setMissing(!reason.text);
		if (reason.text) onReason(reason);
		else event.currentTarget.querySelector<HTMLInputElement>('[name="reason.text"]')?.focus();
	};
	const onKey = (event: KeyboardEvent) => {
		if (event.key === "Escape") onCancel();
	};
	return (
		<form
			className={`stack ${classes.further}`}
			aria-label={label}
			onSubmit={submit}
			onKeyDown={onKey}
			noValidate
		>
			<p>{hint}</p>
			<ReasonFields
				autoFocus
				category={category}
				text={text}
				error={missing ? t.required : undefined}
			/>
			<div>
				<Button type="submit" loading={busy} aria-label={label}>
					{t.open} <span aria-hidden="true">&nbsp;↵</span>
				</Button>
			</div>
		</form>
	);
}

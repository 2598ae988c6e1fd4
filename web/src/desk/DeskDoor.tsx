// The door at the desk's right: what is open to me and until when, the products, running visits.

import { Button } from "@mantine/core";
import { useState } from "react";
import type { Customer, Ended, Ground } from "../shared/api/types";
import { useEndGround } from "../shared/door/queries";
import { Refused } from "../shared/frame/states";
import { useGround } from "../shared/visit/queries";
import { endText } from "../shared/visit/tell";
import { visitWords } from "../shared/visit/words";
import { useLanguage, useWords } from "../shared/words/language";
import { useNow } from "../shared/words/now";
import { end, left, seconds } from "../shared/words/time";
import classes from "./desk.module.css";
import { ProductLine } from "./ProductLine";
import { RunningVisits } from "./RunningVisits";
import { deskWords } from "./words";

interface DeskDoorProps {
	customer: Customer;
	/** The ground that was open here a moment ago. */
	last: string | null;
}

export function DeskDoor({ customer, last }: DeskDoorProps) {
	const t = useWords(deskWords);
	const ground = customer.ground;
	const [gaveBack, setGaveBack] = useState<Ended | null>(null);
	const { language } = useLanguage();
	return (
		<aside
			className={ground ? `${classes.door} ${classes.doorOpen}` : classes.door}
			aria-label={t.door}
		>
			<div aria-live="polite" data-testid="desk-door" data-state={ground ? "open" : "closed"}>
				{ground ? (
					<OpenHead ground={ground} onEnded={setGaveBack} />
				) : (
					<p className={classes.doorWord}>{t.shut}</p>
				)}
			</div>
			{!ground && gaveBack ? (
				<p className={classes.note} role="status">
					{t.gaveBack(seconds(gaveBack.cut_millis, language))}
				</p>
			) : null}
			{!ground && !gaveBack && last ? <HowItEnded id={last} /> : null}
			<section aria-label={t.products}>
				{customer.products.length === 0 ? <p className="soft">{t.noProducts}</p> : null}
				{customer.products.map((line) => (
					<ProductLine
						key={line.product.id}
						line={line}
						ground={ground ?? null}
						takeover={ground?.ticket ?? null}
					/>
				))}
			</section>
			{ground ? <RunningVisits visits={ground.visits} /> : null}
		</aside>
	);
}

function OpenHead({ ground, onEnded }: { ground: Ground; onEnded(ended: Ended): void }) {
	const t = useWords(deskWords);
	const { language } = useLanguage();
	const now = useNow();
	const giveBack = useEndGround(onEnded);
	return (
		<div className="stack">
			<div>
				<p className={classes.doorWord}>{t.openFor(ground.contact.name)}</p>
				<p role="timer" aria-live="off">
					{t.left(left(ground.ends_at, now, language), end(ground.ends_at, now, language))}
				</p>
			</div>
			<div className="row">
				<Button
					className={classes.end}
					loading={giveBack.isPending}
					onClick={() => giveBack.mutate(ground.id)}
				>
					{t.giveBack}
				</Button>
				<span className="soft small">{t.giveBackHint}</span>
			</div>
			<Refused error={giveBack.error} />
		</div>
	);
}

/** "Ended by the customer (Marta Oduya). Everything was shut after 0.2 s." */
function HowItEnded({ id }: { id: string }) {
	const visit = useWords(visitWords);
	const { language } = useLanguage();
	const ground = useGround(id);
	const how = endText(ground.data?.ending, language);
	if (!how) return null;
	const cut = ground.data?.cut_millis;
	return (
		<p className={classes.note} role="status" data-testid="how-ended">
			{how}. {cut == null ? null : visit.cut(seconds(cut, language))}
		</p>
	);
}

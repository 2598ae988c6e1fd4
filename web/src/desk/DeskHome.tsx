// The desk's start page: what is open to me now.
import { Link } from "react-router";
import type { Ground } from "../shared/api/types";
import { Broken, Empty, Loading } from "../shared/frame/states";
import { useTitle } from "../shared/frame/title";
import { useGrounds } from "../shared/visit/queries";
import { reasonText } from "../shared/visit/tell";
import { VisitLine } from "../shared/visit/VisitLine";
import { visitWords } from "../shared/visit/words";
import { useLanguage, useWords } from "../shared/words/language";
import { useNow } from "../shared/words/now";
import { end, left } from "../shared/words/time";
import classes from "./desk.module.css";
import { deskWords } from "./words";

export function DeskHome() {
	const t = useWords(deskWords);
	const open = useGrounds("open");
	const ended = useGrounds("ended", 5);
	useTitle(t.title);
	return (
		<div className="stack-wide">
			<section className="stack" aria-labelledby="mine">
				<h1 id="mine">{t.mine}</h1>
				{open.isPending ? <Loading lines={3} /> : null}
				{open.isError ? <Broken error={open.error} again={() => open.refetch()} /> : null}
				{open.items?.length === 0 ? <Empty>{t.nothingMine}</Empty> : null}
				<ul className="plain-list" data-testid="mine">
					{open.items?.map((ground) => (
						<MyGround key={ground.id} ground={ground} />
					))}
				</ul>
			</section>
			<section className="stack" aria-labelledby="recent">
				<h2 id="recent">{t.recent}</h2>
				{ended.isPending ? <Loading lines={3} /> : null}
				{ended.isError ? <Broken error={ended.error} again={() => ended.refetch()} /> : null}
				{ended.items?.length === 0 ? <p className="soft">{t.nothingRecent}</p> : null}
				<ul className="plain-list">
					{ended.items?.slice(0, 5).map((ground) => (
						<VisitLine
							key={ground.id}
							ground={ground}
							to={`/desk/visits/${ground.id}`}
							withCustomer
						/>
					))}
				</ul>
			</section>
		</div>
	);
}

function MyGround({ ground }: { ground: Ground }) {
	const visit = useWords(visitWords);
	const t = useWords(deskWords);
	const { language } = useLanguage();
	const now = useNow();
	return (
		<li className={classes.ground}>
			<div>
				<Link to={`/desk/customers/${ground.customer.id}`} className={classes.groundName}>
					{ground.customer.name}
				</Link>{" "}
				<span className="soft">{ground.customer.number}</span>
				<p>
					{ground.contact.name} · {reasonText(ground, visit)}
				</p>
			</div>
			<p role="timer">
				{t.left(left(ground.ends_at, now, language), end(ground.ends_at, now, language))}
			</p>
		</li>
	);
}

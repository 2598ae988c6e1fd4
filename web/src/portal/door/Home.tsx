// The customer's home: the door, what can be seen at most, the last visits.

import { useState } from "react";
import { Link } from "react-router";
import type { Door as DoorView, Ended } from "../../shared/api/types";
import classes from "../../shared/door/door.module.css";
import { useDoor, useDoorState } from "../../shared/door/queries";
import type { DoorState } from "../../shared/door/state";
import { doorWords } from "../../shared/door/words";
import { Broken, Empty, Loading } from "../../shared/frame/states";
import { useTitle } from "../../shared/frame/title";
import { useGrounds } from "../../shared/visit/queries";
import { VisitLine } from "../../shared/visit/VisitLine";
import { say } from "../../shared/words/dictionary";
import { useLanguage, useWords } from "../../shared/words/language";
import { useNow } from "../../shared/words/now";
import { moment, seconds } from "../../shared/words/time";
import { CanSee } from "./CanSee";
import { Door } from "./Door";

/** Notices that ask for attention; all others are only told. */
const serious = ["pin.killed", "pin.closed", "recovery.objected", "recovery.shut"];

/** Notices that one can look at and answer under *Settings › Support*. */
const aboutContacts = /^(contact|contact_change|address|phone|support_address|recovery)\./;

const titles = { closed: "titleClosed", unsure: "titleUnsure" } as const;

export function Home() {
	const t = useWords(doorWords);
	const door = useDoor();
	const state = useDoorState(door);
	const [ended, setEnded] = useState<Ended | null>(null);
	// An open door stands in every page's title already, with whom it is open for.
	useTitle(state.kind === "open" ? null : t[titles[state.kind]]);
	if (door.isPending) return <Loading lines={5} />;
	if (!door.data) {
		return (
			<div className="stack">
				<Door state={state} onEnded={setEnded} />
				<Broken error={door.error} again={() => door.refetch()} />
			</div>
		);
	}
	return (
		<div className="stack-wide">
			<div className="stack">
				<Door state={state} onEnded={setEnded} />
				<EndResult ended={ended} state={state} />
				<Notices door={door.data} />
			</div>
			<CanSee door={door.data} />
			<LastVisits />
		</div>
	);
}

/** The measured cut, as long as nothing is open again. */
function EndResult({ ended, state }: { ended: Ended | null; state: DoorState }) {
	const t = useWords(doorWords);
	const { language } = useLanguage();
	const shown = ended && state.kind !== "open";
	return (
		<div role="status">
			{shown ? (
				<p className={classes.result} data-testid="end-result">
					{t.endedTitle} <strong>{t.ended(seconds(ended.cut_millis, language))}</strong>{" "}
					{ended.written ? null : t.unwritten}
				</p>
			) : null}
		</div>
	);
}

function Notices({ door }: { door: DoorView }) {
	const t = useWords(doorWords);
	const { language } = useLanguage();
	const now = useNow();
	if (door.notices.length === 0) return null;
	return (
		<section aria-label={t.notices}>
			<ul className="plain-list stack">
				{door.notices.map((notice) => (
					<li key={`${notice.code}${notice.at}`} className="sheet">
						{serious.includes(notice.code) ? <strong aria-hidden="true">! </strong> : null}
						{say(t, `notice_${notice.code}`)}{" "}
						<span className="soft">{moment(notice.at, now, language)}</span>{" "}
						{aboutContacts.test(notice.code) ? (
							<Link to="/settings/support">{t.toContacts}</Link>
						) : null}
					</li>
				))}
			</ul>
		</section>
	);
}

function LastVisits() {
	const t = useWords(doorWords);
	const grounds = useGrounds("ended", 3);
	return (
		<section aria-labelledby="last-visits">
			<div className={classes.sectionHead}>
				<h2 id="last-visits">{t.lastVisits}</h2>
				<Link to="/visits">{t.allVisits}</Link>
			</div>
			{grounds.isPending ? <Loading lines={3} /> : null}
			{grounds.isError ? <Broken error={grounds.error} again={() => grounds.refetch()} /> : null}
			{grounds.items?.length === 0 ? <Empty>{t.noVisits}</Empty> : null}
			<ul className="plain-list">
				{grounds.items?.slice(0, 3).map((ground) => (
					<VisitLine key={ground.id} ground={ground} to={`/visits/${ground.id}`} />
				))}
			</ul>
		</section>
	);
}

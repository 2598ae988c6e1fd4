// One's own and one's customer's requests, newest first, with a search.
import { Button, SegmentedControl, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { Link } from "react-router";
import type { Me } from "../../shared/api/types";
import { Broken, Empty, Loading, Refused } from "../../shared/frame/states";
import { useTitle } from "../../shared/frame/title";
import { frameWords } from "../../shared/frame/words";
import { useWords } from "../../shared/words/language";
import { useOwnRequests, type Which } from "./queries";
import { RequestLine } from "./RequestLine";
import classes from "./request.module.css";
import { requestWords } from "./words";

export function RequestList({ me }: { me: Me }) {
	const t = useWords(requestWords);
	const frame = useWords(frameWords);
	const [which, setWhich] = useState<Which>("open");
	const [typed, setTyped] = useState("");
	const [q] = useDebouncedValue(typed.trim(), 250);
	// A search looks everywhere: nobody remembers whether it was closed.
	const list = useOwnRequests(q ? "all" : which, q);
	useTitle(t.title);
	const nothing = which === "open" ? t.none : t.noneAtAll;
	return (
		<div className="stack">
			<div className={classes.top}>
				<h1>{t.title}</h1>
				<Button component={Link} to="/requests/new" size="md" className={classes.linkButton}>
					{t.new}
				</Button>
			</div>
			<p className="soft">{t.lead}</p>
			<div className={classes.tools}>
				<TextInput
					type="search"
					size="md"
					aria-label={t.search}
					placeholder={t.search}
					value={typed}
					maxLength={200}
					onChange={(event) => setTyped(event.currentTarget.value)}
				/>
				{q ? null : (
					<SegmentedControl
						aria-label={t.show}
						size="md"
						value={which}
						onChange={(value) => setWhich(value as Which)}
						data={[
							{ value: "open", label: t.open },
							{ value: "all", label: t.all },
						]}
					/>
				)}
			</div>
			{list.isPending ? <Loading lines={5} /> : null}
			{list.isError && !list.items ? (
				<Broken error={list.error} again={() => list.refetch()} />
			) : null}
			<div role="status">
				{list.items?.length === 0 ? <Empty>{q ? t.noneFound(q) : nothing}</Empty> : null}
			</div>
			<ul className="plain-list">
				{list.items?.map((ticket) => (
					<RequestLine key={ticket.id} ticket={ticket} own={ticket.contact.id === me.id} />
				))}
			</ul>
			<Refused error={list.items ? list.error : null} />
			{list.more ? <p className="soft">{frame.moreHits}</p> : null}
			{list.hasNextPage ? (
				<Button
					variant="default"
					loading={list.isFetchingNextPage}
					onClick={() => void list.fetchNextPage()}
				>
					{frame.more}
				</Button>
			) : null}
		</div>
	);
}

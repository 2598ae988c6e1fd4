// For the support sheet: a new request, and the open ones at a glance.
import { Button } from "@mantine/core";
import { Link } from "react-router";
import { Broken, Loading } from "../../shared/frame/states";
import { useWords } from "../../shared/words/language";
import { useOwnRequests } from "./queries";
import { RequestState } from "./RequestLine";
import classes from "./request.module.css";
import { requestWords } from "./words";

const SHOWN = 3;

export function OpenRequests() {
	const t = useWords(requestWords);
	const list = useOwnRequests("open", "", SHOWN);
	return (
		<section className={`stack ${classes.sheetPart}`} aria-labelledby="open-requests">
			<div className="row between">
				<h3 id="open-requests">{t.mine}</h3>
				<Link to="/requests">{t.back}</Link>
			</div>
			{list.isPending ? <Loading lines={2} /> : null}
			{list.isError && !list.items ? (
				<Broken error={list.error} again={() => list.refetch()} />
			) : null}
			{list.items?.length === 0 ? <p className="soft">{t.noneOpen}</p> : null}
			<ul className="plain-list">
				{list.items?.slice(0, SHOWN).map((ticket) => (
					<li key={ticket.id} className={classes.short}>
						<Link to={`/requests/${ticket.id}`}>{ticket.subject}</Link>
						<RequestState ticket={ticket} />
					</li>
				))}
			</ul>
			<Button
				component={Link}
				to="/requests/new"
				variant="default"
				size="md"
				className={classes.linkButton}
			>
				{t.new}
			</Button>
		</section>
	);
}

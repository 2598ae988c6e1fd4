// The requests as a list of links: j and k move the focus, Enter opens, t r n c act on the one in focus.
import { Button } from "@mantine/core";
import { useEffect, useRef } from "react";
import { Link, useNavigate } from "react-router";
import type { TicketLine } from "../../shared/api/types";
import { Broken, Empty, Loading } from "../../shared/frame/states";
import { frameWords } from "../../shared/frame/words";
import { waited } from "../../shared/ticket/clocks";
import { PriorityMark, ProofMark, StateMark } from "../../shared/ticket/Marks";
import { ticketWords } from "../../shared/ticket/words";
import { useLanguage, useWords } from "../../shared/words/language";
import { useTold } from "../../shared/words/now";
import { moment } from "../../shared/words/time";
import { useKeys } from "../keyboard";
import { useTickets } from "./queries";
import classes from "./queue.module.css";
import { queueWords } from "./words";

/** What to do on arriving at a request that a key was pressed for. */
export type Act = "take_over" | "reply" | "note" | "close";

interface QueueListProps {
	search: string;
	/** The request that is open beside the list. */
	current?: string;
	guest: boolean;
	compact?: boolean;
}

/** Moves only the list around the row: `scrollIntoView` would move the page as well, and its head away. */
function scrollWithin(row: HTMLElement): void {
	const box = row.closest<HTMLElement>("[data-scrolls]");
	if (!box) return;
	const [inner, outer] = [row.getBoundingClientRect(), box.getBoundingClientRect()];
	if (inner.top < outer.top) box.scrollTop -= outer.top - inner.top;
	else if (inner.bottom > outer.bottom) box.scrollTop += inner.bottom - outer.bottom;
}

export function QueueList({ search, current, guest, compact = false }: QueueListProps) {
	const t = useWords(queueWords);
	const frame = useWords(frameWords);
	const tickets = useTickets(search);
	const list = useRef<HTMLUListElement>(null);
	useListKeys(list, current);
	const there = tickets.items?.some((ticket) => ticket.id === current);
	useEffect(() => {
		if (!there || !current) return;
		const row = linksOf(list.current).find((link) => link.dataset.ticket === current);
		if (row) scrollWithin(row);
	}, [there, current]);
	if (tickets.isPending) return <Loading lines={6} />;
	if (!tickets.items) return <Broken error={tickets.error} again={() => tickets.refetch()} />;
	const filtered = search !== "" && search !== "assignee=me";
	if (tickets.items.length === 0) {
		return <Empty>{guest ? t.emptyGuest : filtered ? t.emptyFilter : t.emptyView}</Empty>;
	}
	return (
		<>
			<ul
				ref={list}
				className={`plain-list ${classes.list} ${compact ? classes.compact : ""}`}
				aria-label={t.list}
			>
				{tickets.items.map((ticket) => (
					<Row
						key={ticket.id}
						ticket={ticket}
						search={search}
						current={ticket.id === current}
						compact={compact}
					/>
				))}
			</ul>
			{tickets.more ? <p className="soft">{frame.moreHits}</p> : null}
			{tickets.hasNextPage ? (
				<Button
					variant="default"
					size="sm"
					mt="sm"
					loading={tickets.isFetchingNextPage}
					onClick={() => void tickets.fetchNextPage()}
				>
					{frame.more}
				</Button>
			) : null}
		</>
	);
}

function linksOf(list: HTMLUListElement | null): HTMLAnchorElement[] {
	return [...(list?.querySelectorAll<HTMLAnchorElement>("a[data-ticket]") ?? [])];
}

function useListKeys(list: React.RefObject<HTMLUListElement | null>, current: string | undefined) {
	const navigate = useNavigate();
	const focused = () => linksOf(list.current).indexOf(document.activeElement as HTMLAnchorElement);
	const move = (by: 1 | -1) => () => {
		const links = linksOf(list.current);
		const here = focused();
		const open = links.findIndex((link) => link.dataset.ticket === current);
		const from = here >= 0 ? here : open;
		const to = from < 0 ? 0 : Math.min(links.length - 1, Math.max(0, from + by));
		links[to]?.focus();
	};
	// On a request's own page these keys are its own, unless another one of the list is in focus.
	const act = (what: Act) => () => {
		const link = linksOf(list.current)[focused()];
		if (link && link.dataset.ticket !== current) {
			navigate(link.pathname + link.search, { state: { act: what } });
		}
	};
	useKeys({
		j: move(1),
		k: move(-1),
		t: act("take_over"),
		r: act("reply"),
		n: act("note"),
		c: act("close"),
	});
}

interface RowProps {
	ticket: TicketLine;
	search: string;
	current: boolean;
	compact: boolean;
}

function Row({ ticket, search, current, compact }: RowProps) {
	const t = useWords(queueWords);
	const words = useWords(ticketWords);
	const who = ticket.mine ? t.withMe : ticket.assignee ? t.with(ticket.assignee.name) : null;
	return (
		<li className={classes.row} data-state={ticket.state} data-current={current || undefined}>
			<Link
				to={{ pathname: `/desk/tickets/${ticket.id}`, search }}
				data-ticket={ticket.id}
				aria-current={current ? "true" : undefined}
				className={classes.subject}
			>
				<span className={classes.number}>{words.number(ticket.number)}</span>{" "}
				<span>{ticket.subject}</span>
			</Link>
			<p className={classes.who}>
				<span>{ticket.contact.name}</span>
				<ProofMark proof={ticket.proof} />
				{compact ? null : <span className="soft">{ticket.customer.name}</span>}
			</p>
			{ticket.snippet ? <p className={classes.snippet}>{ticket.snippet}</p> : null}
			<p className={classes.marks}>
				<PriorityMark priority={ticket.priority} />
				<StateMark state={ticket.state} />
				<span className="soft small">{who ?? t.withNobody}</span>
				{ticket.held > 0 ? <span className={classes.held}>! {t.held(ticket.held)}</span> : null}
				{compact
					? null
					: ticket.tags.map((tag) => (
							<span key={tag} className={classes.tag}>
								{tag}
							</span>
						))}
			</p>
			<Waits ticket={ticket} />
		</li>
	);
}

const SOON_MILLIS = 4 * 24 * 60 * 60_000;

function Waits({ ticket }: { ticket: TicketLine }) {
	const t = useWords(queueWords);
	const { language } = useLanguage();
	const live = ticket.state !== "closed" && ticket.state !== "locked";
	const waits = useTold((now) =>
		live && ticket.waits_since
			? t.waitsFor(waited(ticket.waits_since, now, language))
			: moment(ticket.last_message_at, now, language),
	);
	const soon = (at: string | null | undefined, now: number) =>
		live && at != null && Date.parse(at) - now < SOON_MILLIS;
	const closesSoon = useTold((now) => soon(ticket.closes_at, now));
	const locksSoon = useTold((now) => soon(ticket.locks_at, now));
	return (
		<p className={classes.waits} data-for={ticket.waits_for ?? "nobody"}>
			<span>{waits}</span>
			{closesSoon ? <span>◷ {t.closesSoon}</span> : null}
			{locksSoon ? <span>◷ {t.locksSoon}</span> : null}
		</p>
	);
}

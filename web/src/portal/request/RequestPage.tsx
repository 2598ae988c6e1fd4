// One request: how it stands, who has it and what they can see because of it, and the conversation.
import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link, useLocation, useNavigate, useParams } from "react-router";
import { api, ask } from "../../shared/api/client";
import { useMe } from "../../shared/api/me";
import { codeOf } from "../../shared/api/problem";
import type { TicketRef, TicketView } from "../../shared/api/types";
import { Broken, Loading, Nothing, Refused } from "../../shared/frame/states";
import { useTitle } from "../../shared/frame/title";
import { useAct } from "../../shared/signin/confirmed";
import { Clocks } from "../../shared/ticket/Clocks";
import { Composer, type Written } from "../../shared/ticket/Composer";
import { MessageList } from "../../shared/ticket/MessageList";
import { useLanguage, useWords } from "../../shared/words/language";
import { useNow } from "../../shared/words/now";
import { staffName } from "../../shared/words/people";
import { clock, day, moment } from "../../shared/words/time";
import { Access } from "./Access";
import { useRequest, useStep } from "./queries";
import { RequestState } from "./RequestLine";
import classes from "./request.module.css";
import { requestWords } from "./words";

export function RequestPage() {
	const { id = "" } = useParams();
	return <Request key={id} id={id} />;
}

function Request({ id }: { id: string }) {
	const t = useWords(requestWords);
	const request = useRequest(id);
	const { ticket, messages } = request;
	useTitle(ticket?.subject, t.title);
	const missing = ["not_found", "http.404"].includes(codeOf(request.error));
	return (
		<div className="stack">
			<p>
				<Link to="/requests">← {t.back}</Link>
			</p>
			{request.isPending ? <Loading lines={6} /> : null}
			{request.isError && missing ? <Nothing title={t.notFound} /> : null}
			{request.isError && !missing && !ticket ? (
				<Broken whole error={request.error} again={() => request.refetch()} />
			) : null}
			{ticket ? (
				<>
					<Head ticket={ticket} />
					{/* Right after sending there is only what the form asked for. */}
					{messages.length > 0 ? (
						<MessageList
							messages={messages}
							side="customer"
							more={request.hasNextPage}
							loadingMore={request.isFetchingNextPage}
							onMore={() => void request.fetchNextPage()}
						/>
					) : null}
					<Answer ticket={ticket} />
					<Visits ticket={ticket} />
				</>
			) : null}
		</div>
	);
}

function Head({ ticket }: { ticket: TicketView }) {
	const t = useWords(requestWords);
	// While it is open, its state already says who is on it.
	const told = ticket.state === "open" && ticket.assignee;
	const silent = told || ticket.state === "closed" || ticket.state === "locked";
	return (
		<>
			<Told number={ticket.number} />
			<div className={classes.head}>
				<h1>{ticket.subject}</h1>
				<p className="row">
					<span className="soft">{t.number(ticket.number)}</span>
					<RequestState ticket={ticket} />
				</p>
				{silent ? null : (
					<p className="soft">{ticket.assignee ? t.whoHas(ticket.assignee.name) : t.whoNobody}</p>
				)}
			</div>
			<Links ticket={ticket} />
			{ticket.can.includes("confirm") ? <Confirm ticket={ticket} /> : null}
			<Access ticket={ticket.id} />
			{ticket.state === "closed" ? null : <Clocks ticket={{ ...ticket, closes_at: null }} />}
			<Facts ticket={ticket} />
		</>
	);
}

/** What just happened on the way here. */
function Told({ number }: { number: number }) {
	const t = useWords(requestWords);
	const told = (useLocation().state as { told?: string } | null)?.told;
	return (
		<div role="status">
			{told === "sent" ? <p className={classes.told}>{t.sent(number)}</p> : null}
			{told === "follow-up" ? <p className={classes.told}>{t.followUp(number)}</p> : null}
		</div>
	);
}

/**
 * Staff wrote it down, let a mail in, or the contact came by a link from a mail: it opens nothing before the
 * contact says so, signed in with their password (rules B10, X8).
 */
function Confirm({ ticket }: { ticket: TicketView }) {
	const t = useWords(requestWords);
	const me = useMe().data;
	const step = useStep(ticket.id);
	const act = useAct({ me, fn: () => step.mutateAsync("confirm"), touches: [] });
	const byLink = ticket.access_waits_for === "sign_in";
	const byMail = ticket.channel === "mail";
	return (
		<section className={classes.confirm} aria-labelledby="confirm">
			<h2 id="confirm">{byLink ? t.confirmLinkTitle : t.confirmTitle}</h2>
			<p>{byLink ? t.confirmLink : byMail ? t.confirmMail : t.confirmText}</p>
			<Refused error={act.error} />
			<div>
				<Button loading={act.busy} onClick={() => act.run(undefined)}>
					{byLink ? t.confirmByPassword : t.confirm}
				</Button>
			</div>
			{act.dialog}
		</section>
	);
}

/** Requests that belong to this one. */
function Links({ ticket }: { ticket: TicketView }) {
	const t = useWords(requestWords);
	const lines: [string, TicketRef][] = [];
	if (ticket.follows) lines.push([t.follows, ticket.follows]);
	for (const next of ticket.followed_by) lines.push([t.followedBy, next]);
	if (ticket.merged_into) lines.push([t.mergedInto, ticket.merged_into]);
	if (lines.length === 0) return null;
	return (
		<ul className="plain-list">
			{lines.map(([word, ref]) => (
				<li key={ref.id}>
					<span className="soft">{word}:</span>{" "}
					<Link to={`/requests/${ref.id}`}>
						{t.number(ref.number)}, {ref.subject}
					</Link>
				</li>
			))}
		</ul>
	);
}

/** What the form asked for (rule P1), as far as no message repeats it. */
function Facts({ ticket }: { ticket: TicketView }) {
	const t = useWords(requestWords);
	const { language } = useLanguage();
	const now = useNow();
	const first = ticket.messages.find((message) => message.kind !== "event")?.text ?? "";
	const facts = (["happened", "done", "expected", "affected"] as const).flatMap((key) => {
		const text = ticket.request[key];
		return text && !first.includes(text) ? [{ key, text }] : [];
	});
	if (facts.length === 0) return null;
	return (
		<section className={classes.facts} aria-label={t.facts}>
			<p>
				<strong>{ticket.contact.name}</strong>{" "}
				<span className="soft small">{moment(ticket.opened_at, now, language)}</span>
			</p>
			<dl>
				{facts.map(({ key, text }) => (
					<div key={key}>
						<dt>{t[`fact_${key}`]}</dt>
						<dd>{text}</dd>
					</div>
				))}
			</dl>
		</section>
	);
}

function useWrite(ticket: TicketView): (written: Written) => Promise<unknown> {
	const client = useQueryClient();
	const navigate = useNavigate();
	return async ({ text, attachments, close }) => {
		const body = { text, kind: "message", attachments, ...(close ? { close } : {}) };
		const params = { path: { id: ticket.id } };
		const written = await ask(api.POST("/tickets/{id}/messages", { params, body }));
		for (const noun of ["ticket", "tickets", "door"]) {
			void client.invalidateQueries({ queryKey: [noun] });
		}
		if (written.follow_up) {
			navigate(`/requests/${written.ticket.id}`, { state: { told: "follow-up" } });
		}
	};
}

function Answer({ ticket }: { ticket: TicketView }) {
	const t = useWords(requestWords);
	const write = useWrite(ticket);
	const can = (action: string) => ticket.can.includes(action);
	if (ticket.merged_into) return <p className={classes.note}>{t.mergedBox}</p>;
	return (
		<section className="stack">
			{ticket.state === "closed" && can("reopen") ? (
				<Stepper id={ticket.id} step="reopen" label={t.reopen}>
					{t.closedBox}
				</Stepper>
			) : null}
			{ticket.state === "locked" ? (
				<div className={classes.note}>
					<h2>{t.lockedTitle}</h2>
					<p>{t.lockedBox}</p>
				</div>
			) : null}
			{can("write") || can("follow_up") ? (
				<Composer id={ticket.id} modes={["message"]} canClose={false} onSend={write} />
			) : null}
			{can("close") ? <Stepper id={ticket.id} step="close" label={t.close} /> : null}
		</section>
	);
}

interface StepperProps {
	id: string;
	step: "close" | "reopen";
	label: string;
	children?: ReactNode;
}

function Stepper({ id, step, label, children }: StepperProps) {
	const mutation = useStep(id);
	return (
		<div className={children ? classes.note : undefined}>
			{children ? <p>{children}</p> : null}
			<Button variant="default" loading={mutation.isPending} onClick={() => mutation.mutate(step)}>
				{label}
			</Button>
			<Refused error={mutation.error} />
		</div>
	);
}

/** Every visit that this request opened the door for (rule X5). */
function Visits({ ticket }: { ticket: TicketView }) {
	const t = useWords(requestWords);
	const { language } = useLanguage();
	if (ticket.grounds.length === 0) return null;
	return (
		<section aria-labelledby="visits" className="stack-close">
			<h2 id="visits">{t.visits}</h2>
			<ul className={`plain-list ${classes.visits}`}>
				{ticket.grounds.map((ground) => (
					<li key={ground.id}>
						<Link to={`/visits/${ground.id}`}>{staffName(ground.staff)}</Link>{" "}
						<span className="soft">
							{day(ground.opened_at, language)}, {clock(ground.opened_at, language)} ·{" "}
							{ground.state === "open" ? t.visitOpen : t.visitEnded}
						</span>
					</li>
				))}
			</ul>
		</section>
	);
}

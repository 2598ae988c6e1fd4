// Mails that wait: who seems to write, and in one line why nothing came of it (rule Z3).
import { Button } from "@mantine/core";
import { useRef } from "react";
import { Link, useSearchParams } from "react-router";
import type { MailLine } from "../../shared/api/types";
import { Broken, Empty, Loading } from "../../shared/frame/states";
import { useTitle } from "../../shared/frame/title";
import { frameWords } from "../../shared/frame/words";
import { useLanguage, useWords } from "../../shared/words/language";
import { useNow } from "../../shared/words/now";
import { inFull, moment } from "../../shared/words/time";
import { useKeys } from "../keyboard";
import classes from "./quarantine.module.css";
import { useQuarantine } from "./queries";
import { Why } from "./Why";
import { quarantineWords } from "./words";

export default function Quarantine() {
	const t = useWords(quarantineWords);
	const frame = useWords(frameWords);
	const [params] = useSearchParams();
	const ticket = params.get("ticket");
	const mails = useQuarantine();
	const list = useRef<HTMLUListElement>(null);
	useTitle(t.title);
	useMoveKeys(list);
	const items = mails.items?.filter((mail) => !ticket || mail.ticket?.id === ticket);
	return (
		<div className="stack">
			<h1>{t.title}</h1>
			<p className="soft">{t.lead}</p>
			{ticket ? (
				<p>
					<Link to="/desk/quarantine">{t.all}</Link>
				</p>
			) : null}
			{mails.isPending ? <Loading lines={6} /> : null}
			{mails.isError && !items ? (
				<Broken error={mails.error} again={() => mails.refetch()} />
			) : null}
			{items?.length === 0 ? <Empty>{ticket ? t.emptyFor : t.empty}</Empty> : null}
			<ul ref={list} className="plain-list" data-testid="quarantine">
				{items?.map((mail) => (
					<MailRow key={mail.id} mail={mail} />
				))}
			</ul>
			{mails.hasNextPage ? (
				<div>
					<Button
						variant="default"
						loading={mails.isFetchingNextPage}
						onClick={() => void mails.fetchNextPage()}
					>
						{frame.more}
					</Button>
				</div>
			) : null}
		</div>
	);
}

/** j and k move between the mails, as in the queue. */
function useMoveKeys(list: React.RefObject<HTMLUListElement | null>) {
	const move = (by: 1 | -1) => () => {
		const links = [...(list.current?.querySelectorAll<HTMLAnchorElement>("a[data-mail]") ?? [])];
		const here = links.indexOf(document.activeElement as HTMLAnchorElement);
		links[here < 0 ? 0 : Math.min(links.length - 1, Math.max(0, here + by))]?.focus();
	};
	useKeys({ j: move(1), k: move(-1) });
}

function MailRow({ mail }: { mail: MailLine }) {
	const t = useWords(quarantineWords);
	const { language } = useLanguage();
	const now = useNow();
	return (
		<li className={classes.row}>
			<Link to={`/desk/quarantine/${mail.id}`} data-mail={mail.id} className={classes.subject}>
				{mail.subject || t.noSubject}
			</Link>
			<p className={classes.sender}>{mail.sender || t.noSender}</p>
			<Why codes={mail.why} />
			<p className={classes.about}>
				{mail.contact ? (
					<span>{t.belongs(mail.contact.person.name, mail.contact.customer.name)}</span>
				) : null}
				{mail.ticket ? <span>{t.toTicket(mail.ticket.number)}</span> : null}
				<ChallengeState mail={mail} />
			</p>
			<time
				className={classes.when}
				dateTime={mail.received_at}
				title={inFull(mail.received_at, language)}
			>
				{moment(mail.received_at, now, language)}
			</time>
		</li>
	);
}

/** What became of the question to the registered address. */
export function ChallengeState({ mail }: { mail: Pick<MailLine, "challenge"> }) {
	const t = useWords(quarantineWords);
	const { language } = useLanguage();
	const now = useNow();
	const challenge = mail.challenge;
	if (!challenge) return null;
	if (challenge.answered === "yes") return <strong>✓ {t.challengeYes}</strong>;
	if (challenge.answered === "no") return <strong className="danger">✕ {t.challengeNo}</strong>;
	return <span>◷ {t.challengeSent(moment(challenge.sent_at, now, language))}</span>;
}

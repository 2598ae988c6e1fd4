// One mail in quarantine: why it waits, what it says, what was checked, and what can become of it.
import type { ReactNode } from "react";
import { Link, useParams } from "react-router";
import { codeOf } from "../../shared/api/problem";
import type { MailView } from "../../shared/api/types";
import { Broken, Loading, Nothing } from "../../shared/frame/states";
import { useTitle } from "../../shared/frame/title";
import { size } from "../../shared/ticket/clocks";
import { MailBody } from "../../shared/ticket/MailBody";
import { say } from "../../shared/words/dictionary";
import { useLanguage, useWords } from "../../shared/words/language";
import { useNow } from "../../shared/words/now";
import { inFull, moment } from "../../shared/words/time";
import { MailActions } from "./MailActions";
import { ChallengeState } from "./Quarantine";
import classes from "./quarantine.module.css";
import { useMail } from "./queries";
import { Why } from "./Why";
import { quarantineWords } from "./words";

export default function MailPage() {
	const t = useWords(quarantineWords);
	const { id = "" } = useParams();
	const mail = useMail(id);
	useTitle(mail.data?.subject, t.title);
	const missing = ["not_found", "http.404"].includes(codeOf(mail.error));
	return (
		<div className="stack">
			<p>
				<Link to="/desk/quarantine">← {t.back}</Link>
			</p>
			{mail.isPending ? <Loading lines={6} /> : null}
			{mail.isError && missing ? <Nothing title={t.notFound} /> : null}
			{mail.isError && !missing && !mail.data ? (
				<Broken whole error={mail.error} again={() => mail.refetch()} />
			) : null}
			{mail.data && !missing ? <OneMail key={id} mail={mail.data} /> : null}
		</div>
	);
}

function OneMail({ mail }: { mail: MailView }) {
	const t = useWords(quarantineWords);
	const { language } = useLanguage();
	const now = useNow();
	return (
		<>
			<header className={classes.head}>
				<h1>{mail.subject || t.noSubject}</h1>
				<p className={classes.sender}>{mail.sender || t.noSender}</p>
				<p className="soft small" title={inFull(mail.received_at, language)}>
					{moment(mail.received_at, now, language)} · {say(t, `way_${mail.way}`)} ·{" "}
					{size(mail.size_bytes, language)}
				</p>
			</header>
			<div className={classes.columns}>
				<div className="stack-wide">
					<Part title={t.why}>
						<Why codes={mail.why} all />
						<p className={classes.about}>
							{mail.contact ? (
								<span>{t.belongs(mail.contact.person.name, mail.contact.customer.name)}</span>
							) : null}
							{mail.ticket ? (
								<Link to={`/desk/tickets/${mail.ticket.id}`}>
									{t.toTicket(mail.ticket.number)}: {mail.ticket.subject}
								</Link>
							) : null}
							<ChallengeState mail={mail} />
						</p>
					</Part>
					<Part title={t.text}>
						{mail.secrets_removed ? <p className="small">{t.secretsRemoved}</p> : null}
						{mail.text || mail.html ? (
							<MailBody text={mail.text} html={mail.html ?? null} />
						) : (
							<p className="soft">{t.noText}</p>
						)}
					</Part>
					<Files mail={mail} />
					<Part title={t.checks}>
						<Checks auth={mail.auth} />
					</Part>
					<details>
						<summary className={classes.summary}>{t.headers}</summary>
						<dl className={classes.headers}>
							{mail.headers.map(({ name, value }, place) => (
								// biome-ignore lint/suspicious/noArrayIndexKey: header fields repeat and have no id
								<div key={place}>
									<dt>{name}</dt>
									<dd>{value}</dd>
								</div>
							))}
						</dl>
					</details>
					<p>
						<a href={`/api/v1/mails/${mail.id}/raw`} download>
							{t.raw}
						</a>{" "}
						<span className="soft small">{t.rawHint}</span>
					</p>
				</div>
				<MailActions mail={mail} />
			</div>
		</>
	);
}

function Part({ title, children }: { title: string; children: ReactNode }) {
	return (
		<section className="stack-close" aria-label={title}>
			<h2>{title}</h2>
			{children}
		</section>
	);
}

function Files({ mail }: { mail: MailView }) {
	const t = useWords(quarantineWords);
	const { language } = useLanguage();
	if (mail.attachments.length === 0) return null;
	return (
		<Part title={t.attachments}>
			<ul className="plain-list">
				{mail.attachments.map((file, place) => (
					// biome-ignore lint/suspicious/noArrayIndexKey: names repeat
					<li key={place} className={classes.file}>
						{file.name}{" "}
						<span className="soft small">
							{file.media_type}, {size(file.size_bytes, language)}
						</span>
					</li>
				))}
			</ul>
			<p className="soft small">{t.attachmentsHint}</p>
		</Part>
	);
}

/** Which check it was; of those that our mail server made for us, the one it names. */
function checkName(
	t: { byOurs(name: string): string },
	{ check, why }: MailView["auth"][number],
): string {
	const named = check === "header" ? /^(\w+)=/.exec(why ?? "")?.[1] : undefined;
	return named ? t.byOurs(named.toUpperCase()) : check.toUpperCase();
}

function Checks({ auth }: Pick<MailView, "auth">) {
	const t = useWords(quarantineWords);
	if (auth.length === 0) return <p className="soft">{t.noChecks}</p>;
	return (
		<table className={classes.checks}>
			<thead>
				<tr>
					<th scope="col">{t.check}</th>
					<th scope="col">{t.result}</th>
					<th scope="col">{t.domain}</th>
				</tr>
			</thead>
			<tbody>
				{auth.map((line, place) => (
					// biome-ignore lint/suspicious/noArrayIndexKey: a mail may bear several signatures
					<tr key={place}>
						<td>{checkName(t, line)}</td>
						<td className={line.result === "pass" ? undefined : "danger"}>
							<span aria-hidden="true">{line.result === "pass" ? "✓ " : "✕ "}</span>
							{say(t, `res_${line.result}`)}
							{line.why && line.check !== "header" ? (
								<span className="soft small"> ({line.why})</span>
							) : null}
						</td>
						<td>{line.domain}</td>
					</tr>
				))}
			</tbody>
		</table>
	);
}

// Where a confirmation mail leads: "Did you write to us?", "Is this your address?". Looking answers
// nothing, so a mail scanner that opens the link decides nothing; only a press of a button does.
import { Button } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { api, ask } from "../../shared/api/client";
import { useMe, useSignedIn } from "../../shared/api/me";
import { codeOf } from "../../shared/api/problem";
import type { Challenge } from "../../shared/api/types";
import { Broken, Loading, Refused } from "../../shared/frame/states";
import { useTitle } from "../../shared/frame/title";
import { ContactForm } from "../../shared/signin/forms";
import { useFragmentToken } from "../../shared/signin/LinkPage";
import { Threshold } from "../../shared/signin/SignIn";
import { useLanguage, useWords } from "../../shared/words/language";
import { useNow } from "../../shared/words/now";
import { moment } from "../../shared/words/time";
import classes from "./challenge.module.css";
import { challengeWords } from "./words";

const OVER = ["challenge.over", "not_found", "http.404", "http.410"];

export function ChallengePage() {
	const t = useWords(challengeWords);
	const token = useFragmentToken();
	useTitle(t.title);
	if (!token) {
		return (
			<Threshold title={t.title}>
				<p>{t.missing}</p>
			</Threshold>
		);
	}
	return <Asked token={token} />;
}

function Asked({ token }: { token: string }) {
	const t = useWords(challengeWords);
	const look = useQuery({
		queryKey: ["challenge"],
		queryFn: () => ask(api.POST("/challenge/look", { body: { token } })),
		staleTime: Number.POSITIVE_INFINITY,
		gcTime: 0,
	});
	if (look.isPending) return <Loading page />;
	if (look.isError) {
		if (OVER.includes(codeOf(look.error))) return <Over />;
		return <Broken page error={look.error} again={() => look.refetch()} />;
	}
	const address = look.data.purpose === "address";
	return (
		<Threshold title={address ? t.addressTitle : t.senderTitle}>
			{address ? (
				<OfAddress token={token} challenge={look.data} />
			) : (
				<OfSender token={token} challenge={look.data} />
			)}
		</Threshold>
	);
}

interface OfProps {
	token: string;
	challenge: Challenge;
}

function OfSender({ token, challenge }: OfProps) {
	const t = useWords(challengeWords);
	const { language } = useLanguage();
	const now = useNow();
	return (
		<div className="stack">
			<p>{t.senderText(challenge.provider, moment(challenge.received_at, now, language))}</p>
			<dl className={classes.mail}>
				<dt>{t.subject}</dt>
				<dd>{challenge.subject || t.noSubject}</dd>
				<dt>{t.from}</dt>
				<dd>{challenge.address_hint}</dd>
				{challenge.text ? (
					<>
						<dt>{t.text}</dt>
						<dd className={classes.text}>{challenge.text}</dd>
					</>
				) : null}
			</dl>
			<Buttons
				token={token}
				yes={t.senderYes}
				no={t.senderNo}
				doneYes={t.senderDoneYes}
				doneNo={t.senderDoneNo}
			/>
			<p className="soft small">{t.senderWhy}</p>
		</div>
	);
}

/** Only the person signed in can own an address (rules Z7, Z8). */
function OfAddress({ token, challenge }: OfProps) {
	const t = useWords(challengeWords);
	const me = useMe();
	const contact = me.data?.kind === "contact" ? me.data : null;
	return (
		<div className="stack">
			<p>{t.addressText(challenge.provider)}</p>
			<p className={classes.address}>{challenge.address_hint}</p>
			{me.isPending ? <Loading lines={2} /> : null}
			{contact ? (
				<>
					<p>{t.addressOnly}</p>
					<Buttons
						token={token}
						yes={t.addressYes}
						no={t.addressNo}
						doneYes={t.addressDoneYes}
						doneNo={t.addressDoneNo}
						address
					/>
					<p className="soft small">{t.asWho(contact.name)}</p>
				</>
			) : null}
			{!contact && !me.isPending ? (
				<>
					<SignInHere />
					<Buttons
						token={token}
						no={t.addressNotMine}
						doneYes={t.addressDoneYes}
						doneNo={t.addressDoneNo}
						address
					/>
				</>
			) : null}
		</div>
	);
}

/** The sign-in in place: going elsewhere for it would lose the link's token. */
function SignInHere() {
	const t = useWords(challengeWords);
	const signedIn = useSignedIn();
	const view = useQuery({
		queryKey: ["sign-in", undefined],
		queryFn: () => ask(api.GET("/sign-in", { params: { query: {} } })),
		staleTime: 60_000,
	});
	return (
		<>
			<p>{t.addressSignIn}</p>
			{view.isPending ? <Loading lines={3} /> : null}
			{view.isError ? <Broken error={view.error} again={() => view.refetch()} /> : null}
			{view.data ? <ContactForm provider={view.data.provider.slug} onDone={signedIn} /> : null}
		</>
	);
}

interface ButtonsProps {
	token: string;
	/** Left out where only *no* can be said: somebody who is not signed in owns no address. */
	yes?: string;
	no: string;
	doneYes: string;
	doneNo: string;
	address?: boolean;
}

function Buttons({ token, yes, no, doneYes, doneNo, address = false }: ButtonsProps) {
	const t = useWords(challengeWords);
	const answer = useMutation({
		mutationFn: (said: boolean) =>
			ask(api.POST("/challenge/answer", { body: { token, yes: said } })),
	});
	if (answer.isSuccess) {
		return (
			<div role="status" className="stack">
				<p className={classes.done}>{answer.variables ? doneYes : doneNo}</p>
				<p>
					<Link to={address ? "/settings/support" : "/requests"}>
						{address ? t.toSettings : t.toPortal}
					</Link>
				</p>
			</div>
		);
	}
	if (OVER.includes(codeOf(answer.error))) return <p role="alert">{t.over}</p>;
	return (
		<>
			<div className={classes.answers}>
				{yes ? (
					<Button
						size="md"
						loading={answer.isPending && answer.variables}
						disabled={answer.isPending}
						onClick={() => answer.mutate(true)}
					>
						{yes}
					</Button>
				) : null}
				<Button
					size="md"
					variant="default"
					loading={answer.isPending && !answer.variables}
					disabled={answer.isPending}
					onClick={() => answer.mutate(false)}
				>
					{no}
				</Button>
			</div>
			<Refused error={answer.error} />
		</>
	);
}

function Over() {
	const t = useWords(challengeWords);
	return (
		<Threshold title={t.title}>
			<div className="stack">
				<p role="alert">{t.over}</p>
				<p className="soft">{t.overText}</p>
			</div>
		</Threshold>
	);
}

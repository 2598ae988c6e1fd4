// The sign-in page: sample people in demo mode, a form for customers, one for staff.

import { Button } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link, useNavigate, useSearchParams } from "react-router";
import { api, ask } from "../api/client";
import { useSignedIn } from "../api/me";
import type { Me, SignInPage } from "../api/types";
import { Mark } from "../frame/Mark";
import { Broken, Loading, Refused } from "../frame/states";
import { useTitle } from "../frame/title";
import { say } from "../words/dictionary";
import { useLanguage, useWords } from "../words/language";
import { ContactForm, StaffForm } from "./forms";
import classes from "./signin.module.css";
import { signInWords } from "./words";

/** The head and the narrow column of all pages before the sign-in. */
export function Threshold({ lead, title, children }: ThresholdProps) {
	const { language, choose } = useLanguage();
	const other = language === "de" ? "en" : "de";
	return (
		<main className={classes.page}>
			<header className={classes.head}>
				<Mark />
				<div>
					<h1>{title}</h1>
					{lead ? <p className="soft">{lead}</p> : null}
				</div>
			</header>
			{children}
			<p>
				<button type="button" lang={other} className={classes.other} onClick={() => choose(other)}>
					{other === "en" ? "English" : "Deutsch"}
				</button>
			</p>
		</main>
	);
}

interface ThresholdProps {
	title: string;
	lead?: string;
	children: ReactNode;
}

/** What to do with a fresh sign-in: keep it and go to the person's start page. */
export function useEnter(): (me: Me) => void {
	const signedIn = useSignedIn();
	const navigate = useNavigate();
	return (me) => {
		signedIn(me);
		navigate(me.kind === "contact" ? "/home" : "/desk", { replace: true });
	};
}

export function SignIn() {
	const t = useWords(signInWords);
	const [search] = useSearchParams();
	const slug = search.get("provider") ?? undefined;
	const view = useQuery({
		queryKey: ["sign-in", slug],
		queryFn: () => ask(api.GET("/sign-in", { params: { query: { provider: slug } } })),
		staleTime: 60_000,
	});
	useTitle(t.title);
	if (view.isPending) return <Loading page />;
	if (view.isError) return <Broken page error={view.error} again={() => view.refetch()} />;
	return <SignInForms view={view.data} />;
}

function SignInForms({ view }: { view: SignInPage }) {
	const t = useWords(signInWords);
	const [search, setSearch] = useSearchParams();
	const staff = search.get("as") === "staff";
	const enter = useEnter();
	const slug = view.provider.slug;
	const change = () => {
		const next = new URLSearchParams(search);
		if (staff) next.delete("as");
		else next.set("as", "staff");
		setSearch(next, { replace: true });
	};
	const lead = staff ? t.leadStaff(view.provider.name) : t.lead(view.provider.name);
	return (
		<Threshold title={t.title} lead={lead}>
			{view.demo ? <DemoPeople slug={slug} people={view.demo} /> : null}
			{staff ? (
				<StaffForm key="staff" provider={slug} onDone={enter} />
			) : (
				<ContactForm key="contact" provider={slug} onDone={enter} />
			)}
			<p>
				<Link to={`/recovery/ask?${search}`}>{t.forgot}</Link>
			</p>
			<p>
				<button type="button" className={classes.other} onClick={change}>
					{staff ? t.toContact : t.toStaff}
				</button>
			</p>
		</Threshold>
	);
}

function DemoPeople({ slug, people }: { slug: string; people: NonNullable<SignInPage["demo"]> }) {
	const t = useWords(signInWords);
	const enter = useEnter();
	const signIn = useMutation({
		mutationFn: (person: string) =>
			ask(api.POST("/sign-in/demo", { body: { provider: slug, person } })),
		onSuccess: enter,
	});
	return (
		<section aria-label={t.demo}>
			<p className="soft">{t.demo}</p>
			<div className={classes.people}>
				{people.map((person) => (
					<button
						key={person.id}
						type="button"
						className={classes.person}
						disabled={signIn.isPending}
						onClick={() => signIn.mutate(person.id)}
					>
						<span className={classes.personName}>{person.name}</span>
						<span className={classes.personRole}>{say(t, `role_${person.role}`)}</span>
						<span className={classes.hint}>{person.hint}</span>
					</button>
				))}
			</div>
			<Refused error={signIn.error} />
			<p className={classes.or}>{t.demoOr}</p>
		</section>
	);
}

/** A wide button that sends a form. */
export function SubmitButton({ busy, children }: { busy: boolean; children: ReactNode }) {
	return (
		<Button type="submit" size="md" loading={busy} fullWidth>
			{children}
		</Button>
	);
}

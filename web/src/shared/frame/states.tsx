// The states every page has besides its full one: loading, broken, empty.
import { Button, Skeleton } from "@mantine/core";
import type { ReactNode } from "react";
import { useWords } from "../words/language";
import { useRefusal } from "../words/refusals";
import classes from "./frame.module.css";
import { Missing } from "./page";
import { frameWords } from "./words";

/** Grey lines in the place of what comes. */
export function Loading({ lines = 3, page = false }: { lines?: number; page?: boolean }) {
	const t = useWords(frameWords);
	const Frame = page ? "main" : "div";
	const widths = ["62%", "88%", "74%", "81%", "55%"];
	return (
		<Frame className={page ? classes.alone : "stack"} aria-busy="true">
			<span className={classes.hidden} role="status">
				{t.loading}
			</span>
			{Array.from({ length: lines }, (_, line) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity
				<Skeleton key={line} height={18} width={widths[line % widths.length]} mb={10} />
			))}
		</Frame>
	);
}

interface BrokenProps {
	error: unknown;
	again?: () => void;
	page?: boolean;
	/** It stands for a page's whole content: its sentence is the heading. */
	whole?: boolean;
}

/** What went wrong, in one sentence, and one button when trying again can help. */
export function Broken({ error, again, page = false, whole = page }: BrokenProps) {
	const t = useWords(frameWords);
	const refusal = useRefusal();
	const Frame = page ? "main" : "div";
	return (
		<Frame className={page ? classes.alone : undefined}>
			{error instanceof Missing ? (
				<>
					<Head page={whole}>{t.updated}</Head>
					<p role="alert">{t.updatedText}</p>
				</>
			) : (
				<>
					<Head page={whole}>{t.broken}</Head>
					<p role="alert">{refusal(error)}</p>
				</>
			)}
			{again ? (
				<Button mt="sm" variant="default" onClick={again}>
					{error instanceof Missing ? t.reload : t.again}
				</Button>
			) : null}
		</Frame>
	);
}

/** A page's own sentence is its heading; a part's is not. */
function Head({ page, children }: { page: boolean; children: string }) {
	return page ? <h1>{children}</h1> : <strong>{children} </strong>;
}

/** What a link led to is not there: a page of its own, so with a heading of its own. */
export function Nothing({ title, children }: { title: string; children?: ReactNode }) {
	return (
		<div className="stack">
			<h1>{title}</h1>
			{children}
		</div>
	);
}

/** Nothing there yet, and what would put something there. */
export function Empty({ children }: { children: ReactNode }) {
	return <p className={classes.empty}>{children}</p>;
}

/** A refusal beside what was refused; announced at once. */
export function Refused({ error }: { error: unknown }) {
	const refusal = useRefusal();
	if (!error) return null;
	return (
		<p className={classes.refused} role="alert">
			<span aria-hidden="true" className={classes.refusedMark}>
				✕
			</span>
			<span>{refusal(error)}</span>
		</p>
	);
}

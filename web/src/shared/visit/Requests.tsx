// What was opened in one visit: pages and refusals by name, what pages load folded below them.

import { Button } from "@mantine/core";
import type { Language, VisitRequest } from "../api/types";
import { Broken, Loading } from "../frame/states";
import { frameWords } from "../frame/words";
import { say } from "../words/dictionary";
import { useLanguage, useWords } from "../words/language";
import { codeText } from "../words/refusals";
import { useRequests } from "./queries";
import { askedText, isRefused, type Opened, opened, placeText } from "./tell";
import classes from "./visit.module.css";
import { visitWords } from "./words";

export function Requests({ visit }: { visit: string }) {
	const t = useWords(visitWords);
	const frame = useWords(frameWords);
	const requests = useRequests(visit);
	if (requests.isPending) return <Loading lines={3} />;
	if (!requests.items) {
		return <Broken error={requests.error} again={() => requests.refetch()} />;
	}
	if (requests.items.length === 0) return <p className="soft">{t.noRequests}</p>;
	return (
		<>
			<table className={classes.requests} aria-label={t.requests}>
				<thead>
					<tr>
						<th scope="col">{t.at}</th>
						<th scope="col">{t.what}</th>
						<th scope="col">{t.outcome}</th>
					</tr>
				</thead>
				<tbody>
					{opened(requests.items).map((line, place) => (
						// biome-ignore lint/suspicious/noArrayIndexKey: requests have no id; the list only grows
						<OpenedRow key={`${line.request?.at}${place}`} line={line} />
					))}
				</tbody>
			</table>
			{requests.hasNextPage ? (
				<Button
					variant="default"
					size="sm"
					loading={requests.isFetchingNextPage}
					onClick={() => void requests.fetchNextPage()}
				>
					{frame.more}
				</Button>
			) : null}
		</>
	);
}

const signs = { forwarded: "●", masked: "◐", refused: "✕", not_forwarded: "✕" } as const;

function OpenedRow({ line }: { line: Opened }) {
	const t = useWords(visitWords);
	const { language } = useLanguage();
	const { request, loaded, files } = line;
	const at = request ?? loaded[0] ?? files[0];
	return (
		<tr>
			<td>{at ? time(at, language) : null}</td>
			<td>
				{request ? (
					<>
						<strong>{placeText(request, language)}</strong>{" "}
						<span className={classes.path}>{askedText(request)}</span>
					</>
				) : (
					<span className="soft">{t.earlier}</span>
				)}
				{loaded.length + files.length > 0 ? <Loaded loaded={loaded} files={files} /> : null}
			</td>
			<td>{request ? <Outcome request={request} /> : null}</td>
		</tr>
	);
}

/** What a page loaded by itself. */
function Loaded({ loaded, files }: { loaded: VisitRequest[]; files: VisitRequest[] }) {
	const t = useWords(visitWords);
	const { language } = useLanguage();
	return (
		<details className={classes.loaded}>
			<summary>{t.loadedBy(loaded.length, files.length)}</summary>
			<ul className="plain-list">
				{[...loaded, ...files].map((request, place) => (
					// biome-ignore lint/suspicious/noArrayIndexKey: requests have no id; the list only grows
					<li key={`${request.at}${place}`}>
						<span className="soft">{time(request, language)}</span> {askedText(request)}{" "}
						<span className="soft">{say(t, `out_${request.outcome}`)}</span>
					</li>
				))}
			</ul>
		</details>
	);
}

function Outcome({ request }: { request: VisitRequest }) {
	const t = useWords(visitWords);
	const { language } = useLanguage();
	const refused = isRefused(request);
	const failed = request.status != null && request.status >= 400;
	return (
		<>
			<span className={refused ? "danger" : undefined}>
				<span aria-hidden="true">{signs[request.outcome as keyof typeof signs] ?? "●"} </span>
				{say(t, `out_${request.outcome}`)}
				{failed && request.status ? ` · ${t.answered(request.status)}` : null}
			</span>
			{refused && request.code ? (
				<span className={classes.because}>{codeText(request.code, request.code, language)}</span>
			) : null}
		</>
	);
}

function time(request: VisitRequest, language: Language): string {
	return new Date(request.at).toLocaleTimeString(language === "de" ? "de-DE" : "en-GB");
}

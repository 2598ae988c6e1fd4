// What was asked for in one visit, line by line.

import { Button } from "@mantine/core";
import type { VisitRequest } from "../api/types";
import { Broken, Loading } from "../frame/states";
import { frameWords } from "../frame/words";
import { say } from "../words/dictionary";
import { useLanguage, useWords } from "../words/language";
import { codeText } from "../words/refusals";
import { useRequests } from "./queries";
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
					{requests.items.map((request, place) => (
						// biome-ignore lint/suspicious/noArrayIndexKey: requests have no id; the list only grows
						<RequestRow key={`${request.at}${place}`} request={request} />
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

function RequestRow({ request }: { request: VisitRequest }) {
	const t = useWords(visitWords);
	const { language } = useLanguage();
	const time = new Date(request.at).toLocaleTimeString(language === "de" ? "de-DE" : "en-GB");
	const refused = request.outcome === "refused" || request.outcome === "not_forwarded";
	const why = refused && request.code ? codeText(request.code, request.code, language) : undefined;
	return (
		<tr>
			<td>{time}</td>
			<td>
				{request.area} <span className={classes.path}>{`${request.method} ${request.path}`}</span>
			</td>
			<td className={refused ? "danger" : undefined} title={why}>
				<span aria-hidden="true">{signs[request.outcome as keyof typeof signs] ?? "●"} </span>
				{say(t, `out_${request.outcome}`)}
			</td>
		</tr>
	);
}

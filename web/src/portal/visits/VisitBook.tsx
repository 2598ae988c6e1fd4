// The visitor book: every visit, newest first.
import { Button } from "@mantine/core";
import { PrintButton } from "../../shared/frame/PrintButton";
import { Broken, Empty, Loading, Refused } from "../../shared/frame/states";
import { useTitle } from "../../shared/frame/title";
import { frameWords } from "../../shared/frame/words";
import { useGrounds } from "../../shared/visit/queries";
import { VisitLine } from "../../shared/visit/VisitLine";
import { visitWords } from "../../shared/visit/words";
import { useWords } from "../../shared/words/language";

export function VisitBook() {
	const t = useWords(visitWords);
	const frame = useWords(frameWords);
	const grounds = useGrounds("any");
	useTitle(t.title);
	return (
		<div className="stack">
			<div className="row between">
				<h1>{t.title}</h1>
				{grounds.items?.length ? <PrintButton /> : null}
			</div>
			<p className="soft">{t.lead}</p>
			{grounds.isPending ? <Loading lines={5} /> : null}
			{grounds.isError && !grounds.items ? (
				<Broken error={grounds.error} again={() => grounds.refetch()} />
			) : null}
			{grounds.items?.length === 0 ? <Empty>{t.empty}</Empty> : null}
			<ul className="plain-list">
				{grounds.items?.map((ground) => (
					<VisitLine key={ground.id} ground={ground} to={`/visits/${ground.id}`} />
				))}
			</ul>
			<Refused error={grounds.items ? grounds.error : null} />
			{grounds.hasNextPage ? (
				<Button
					variant="default"
					loading={grounds.isFetchingNextPage}
					onClick={() => void grounds.fetchNextPage()}
				>
					{frame.more}
				</Button>
			) : null}
		</div>
	);
}

// One row of a list asked anew, in every list that is shown. A list says how in its query's `meta`; the others are asked
// for as a whole.
import type { InfiniteData, QueryClient } from "@tanstack/react-query";

interface Row {
	id: string;
}

interface Page {
	items: Row[];
	next?: string | null;
}

/** Asks for one row of a list as it stands there; `null` when it is not (or no longer) in it. */
export type AskForRow = (id: string) => Promise<Row | null>;

/** Puts the row into every list of tickets that is shown, or takes it out. */
export async function refreshRows(client: QueryClient, id: string): Promise<void> {
	const lists = client.getQueryCache().findAll({ queryKey: ["tickets"] });
	await Promise.all(
		lists.map(async (list) => {
			if (list.queryKey[1] === "counts") return;
			const row = list.meta?.row as AskForRow | undefined;
			if (!row || !list.isActive() || list.state.fetchStatus !== "idle") {
				return client.invalidateQueries({ queryKey: list.queryKey, exact: true });
			}
			try {
				const found = await row(id);
				client.setQueryData(list.queryKey, (data: InfiniteData<Page> | undefined) =>
					data ? withRow(data, id, found) : data,
				);
			} catch {
				await client.invalidateQueries({ queryKey: list.queryKey, exact: true });
			}
		}),
	);
}

/** A row that is there stays in its place, a new one comes first; the next whole answer puts all in order. */
export function withRow(data: InfiniteData<Page>, id: string, row: Row | null): InfiniteData<Page> {
	let there = false;
	const pages = data.pages.map((page) => {
		const items = page.items.flatMap((item) => {
			if (item.id !== id) return [item];
			there = true;
			return row ? [row] : [];
		});
		return { ...page, items };
	});
	const [first, ...rest] = pages;
	if (there || !row || !first) return { ...data, pages };
	return { ...data, pages: [{ ...first, items: [row, ...first.items] }, ...rest] };
}

// One's own and one's customer's requests.
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, ask } from "../../shared/api/client";
import { keys } from "../../shared/api/keys";
import type { TicketView } from "../../shared/api/types";

/** `open`: everything that is neither closed nor locked. */
export type Which = "open" | "all";

export function useOwnRequests(which: Which, q = "", limit = 20) {
	const query = useInfiniteQuery({
		queryKey: keys.tickets(`own ${which} ${limit} ${q}`),
		queryFn: ({ pageParam }) =>
			ask(
				api.GET("/tickets", {
					params: {
						query: {
							limit,
							...(which === "all" ? { state: "all" } : {}),
							...(q ? { q } : {}),
							...(pageParam ? { cursor: pageParam } : {}),
						},
					},
				}),
			),
		initialPageParam: "",
		getNextPageParam: (page) => page.next ?? undefined,
		placeholderData: (before) => before,
		meta: q ? undefined : { row: (id: string) => row(which, id) },
	});
	const more = query.data?.pages.some((page) => page.more) ?? false;
	return { ...query, more, items: query.data?.pages.flatMap((page) => page.items) };
}

/** One request as it stands in such a list; `null` when it does not. */
async function row(which: Which, only: string) {
	const state = which === "all" ? { state: "all" } : {};
	const page = await ask(api.GET("/tickets", { params: { query: { ...state, only, limit: 1 } } }));
	return page.items[0] ?? null;
}

/** One request; further pages hold earlier messages. */
export function useRequest(id: string) {
	const query = useInfiniteQuery({
		queryKey: [...keys.ticket(id), "own"],
		queryFn: ({ pageParam }) =>
			ask(
				api.GET("/tickets/{id}", {
					params: { path: { id }, query: pageParam ? { before: pageParam } : {} },
				}),
			),
		initialPageParam: "",
		getNextPageParam: (page) => (page.more ? page.messages[0]?.id : undefined),
	});
	const pages = query.data?.pages ?? [];
	const messages = [...pages].reverse().flatMap((page) => page.messages);
	return { ...query, ticket: pages[0], messages };
}

export type Step = "close" | "reopen" | "confirm";

/** Closing, reopening, confirming. */
export function useStep(id: string) {
	const client = useQueryClient();
	return useMutation({
		mutationFn: (step: Step): Promise<TicketView> => {
			const params = { path: { id } };
			if (step === "close") return ask(api.POST("/tickets/{id}/close", { params }));
			if (step === "reopen") return ask(api.POST("/tickets/{id}/reopen", { params }));
			return ask(api.POST("/tickets/{id}/confirm", { params }));
		},
		onSettled: () => {
			for (const noun of ["ticket", "tickets", "door", "grounds"]) {
				void client.invalidateQueries({ queryKey: [noun] });
			}
		},
	});
}

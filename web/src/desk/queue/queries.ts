// Asking for the queue: pages by cursor, counts, saved views.
import {
	keepPreviousData,
	useInfiniteQuery,
	useMutation,
	useQuery,
	useQueryClient,
} from "@tanstack/react-query";
import { api, ask } from "../../shared/api/client";
import { keys } from "../../shared/api/keys";
import { useConnection } from "../../shared/api/live";
import { queryOf } from "./views";

const PAGE = 40;

/** Requests that fit; asked again now and then while live changes do not arrive. */
export function useTickets(search: string) {
	const connection = useConnection();
	const query = useInfiniteQuery({
		queryKey: keys.tickets(search),
		queryFn: ({ pageParam }) =>
			ask(
				api.GET("/tickets", {
					params: {
						query: {
							...queryOf(search),
							limit: PAGE,
							...(pageParam ? { cursor: pageParam } : {}),
						},
					},
				}),
			),
		initialPageParam: "",
		getNextPageParam: (page) => page.next ?? undefined,
		placeholderData: keepPreviousData,
		meta: queryOf(search).q ? undefined : { row: (id: string) => row(search, id) },
		refetchInterval: connection === "live" ? 60_000 : 10_000,
	});
	const more = query.data?.pages.some((page) => page.more) ?? false;
	return { ...query, more, items: query.data?.pages.flatMap((page) => page.items) };
}

/** One request as it stands in such a list; `null` when it does not. */
async function row(search: string, only: string) {
	const query = { ...queryOf(search), only, limit: 1 };
	const page = await ask(api.GET("/tickets", { params: { query } }));
	return page.items[0] ?? null;
}

export function useCounts(enabled: boolean) {
	return useQuery({
		queryKey: keys.ticketCounts,
		queryFn: () => ask(api.GET("/tickets/counts")),
		refetchInterval: 60_000,
		enabled,
	});
}

/** How many a saved view holds; more than a page is said as "40+". */
export function useViewCount(search: string) {
	return useQuery({
		queryKey: keys.tickets(`count ${search}`),
		queryFn: async () => {
			const query = { ...queryOf(search), limit: PAGE };
			const page = await ask(api.GET("/tickets", { params: { query } }));
			return { count: page.items.length, more: Boolean(page.next) || page.more };
		},
		staleTime: 30_000,
	});
}

export function useViews(enabled: boolean) {
	return useQuery({
		queryKey: keys.ticketViews,
		queryFn: () => ask(api.GET("/ticket-views")),
		staleTime: 60_000,
		enabled,
	});
}

export function useSaveView(onSaved: () => void) {
	const client = useQueryClient();
	return useMutation({
		mutationFn: (body: { name: string; query: string }) => ask(api.POST("/ticket-views", { body })),
		onSuccess: () => {
			onSaved();
			return client.invalidateQueries({ queryKey: keys.ticketViews });
		},
	});
}

export function useRemoveView() {
	const client = useQueryClient();
	return useMutation({
		mutationFn: (id: string) => ask(api.DELETE("/ticket-views/{id}", { params: { path: { id } } })),
		onSuccess: () => client.invalidateQueries({ queryKey: keys.ticketViews }),
	});
}

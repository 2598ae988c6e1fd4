// The visitor book: grounds with their visits, newest first, page by page.
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api, ask } from "../api/client";
import { keys } from "../api/keys";

type Scope = "open" | "ended" | "any" | "all-open";

/** Grounds one may see: a contact their customer's, staff their own, leads with `all-open` everybody's. */
export function useGrounds(scope: Scope, limit = 20) {
	const query = useInfiniteQuery({
		queryKey: keys.grounds(`${scope} ${limit}`),
		queryFn: ({ pageParam }) =>
			ask(
				api.GET("/grounds", {
					params: {
						query: {
							limit,
							...(pageParam ? { cursor: pageParam } : {}),
							...(scope === "any" ? {} : { state: scope === "ended" ? "ended" : "open" }),
							...(scope === "all-open" ? { scope: "all" } : {}),
						},
					},
				}),
			),
		initialPageParam: "",
		getNextPageParam: (page) => page.next ?? undefined,
	});
	return { ...query, items: query.data?.pages.flatMap((page) => page.items) };
}

export function useGround(id: string) {
	return useQuery({
		queryKey: keys.ground(id),
		queryFn: () => ask(api.GET("/grounds/{id}", { params: { path: { id } } })),
	});
}

/** What was asked for in one visit, newest first. */
export function useRequests(visit: string) {
	const query = useInfiniteQuery({
		queryKey: keys.requests(visit),
		queryFn: ({ pageParam }) =>
			ask(
				api.GET("/visits/{id}/requests", {
					params: {
						path: { id: visit },
						query: { limit: 50, ...(pageParam ? { cursor: pageParam } : {}) },
					},
				}),
			),
		initialPageParam: "",
		getNextPageParam: (page) => page.next ?? undefined,
	});
	return { ...query, items: query.data?.pages.flatMap((page) => page.items) };
}

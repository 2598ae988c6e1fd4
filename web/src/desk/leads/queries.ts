// What leads ask for: alarms and staff. Pages of fifty; more are loaded on demand.
import { useInfiniteQuery } from "@tanstack/react-query";
import { api, ask } from "../../shared/api/client";
import { keys } from "../../shared/api/keys";

const LIMIT = 50;

export function useAlarms() {
	const query = useInfiniteQuery({
		queryKey: keys.alarms,
		queryFn: ({ pageParam }) =>
			ask(
				api.GET("/alarms", {
					params: { query: { limit: LIMIT, ...(pageParam ? { cursor: pageParam } : {}) } },
				}),
			),
		initialPageParam: "",
		getNextPageParam: (page) => page.next ?? undefined,
	});
	return { ...query, items: query.data?.pages.flatMap((page) => page.items) };
}

export function useStaff() {
	const query = useInfiniteQuery({
		queryKey: keys.staff,
		queryFn: ({ pageParam }) =>
			ask(
				api.GET("/staff", {
					params: { query: { limit: LIMIT, ...(pageParam ? { cursor: pageParam } : {}) } },
				}),
			),
		initialPageParam: "",
		getNextPageParam: (page) => page.next ?? undefined,
	});
	return { ...query, items: query.data?.pages.flatMap((page) => page.items) };
}

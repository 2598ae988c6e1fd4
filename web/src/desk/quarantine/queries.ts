// Asking for the quarantine, and what can be done with one mail.
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, ask } from "../../shared/api/client";
import { keys } from "../../shared/api/keys";

export function useQuarantine() {
	const query = useInfiniteQuery({
		queryKey: keys.quarantine,
		queryFn: ({ pageParam }) =>
			ask(
				api.GET("/quarantine", {
					params: { query: { limit: 40, ...(pageParam ? { cursor: pageParam } : {}) } },
				}),
			),
		initialPageParam: "",
		getNextPageParam: (page) => page.next ?? undefined,
	});
	return { ...query, items: query.data?.pages.flatMap((page) => page.items) };
}

export function useMail(id: string) {
	return useQuery({
		queryKey: keys.mail(id),
		queryFn: () => ask(api.GET("/quarantine/{id}", { params: { path: { id } } })),
		// Once it is dealt with it is gone from here; that is no failure to be tried again.
		retry: false,
	});
}

export interface Release {
	contact_id: string;
	ticket_id: string | null;
}

export function useMailActions(id: string) {
	const client = useQueryClient();
	const path = { params: { path: { id } } };
	const gone = () => {
		void client.invalidateQueries({ queryKey: ["tickets"] });
		return client.invalidateQueries({ queryKey: keys.quarantine });
	};
	return {
		challenge: useMutation({
			mutationFn: () => ask(api.POST("/quarantine/{id}/challenge", path)),
			onSettled: () => {
				void client.invalidateQueries({ queryKey: keys.mail(id) });
				return client.invalidateQueries({ queryKey: keys.quarantine });
			},
		}),
		release: useMutation({
			mutationFn: (body: Release) => ask(api.POST("/quarantine/{id}/release", { ...path, body })),
			onSuccess: gone,
		}),
		discard: useMutation({
			mutationFn: () => ask(api.POST("/quarantine/{id}/discard", path)),
			onSuccess: gone,
		}),
	};
}

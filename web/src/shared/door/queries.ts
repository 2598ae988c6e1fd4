// Asking for the door, and shutting it.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { api, ask } from "../api/client";
import { serverNow } from "../api/clock";
import { keys } from "../api/keys";
import { useConnection } from "../api/live";
import type { Ended } from "../api/types";
import { useNow } from "../words/now";
import { type DoorState, doorState } from "./state";

/** A timer set for longer would fire at once; a takeover may last for weeks. */
const LONGEST_WAIT = 2 ** 31 - 1;

/** So long after an answer it is not asked for again because another part of the page wants it, too. */
const SAME_ANSWER = 3000;

/** How often the door is asked for: seldom while changes arrive by themselves, or are about to. */
const PACE = { live: 60_000, connecting: 10_000, lost: 4000 } as const;

/**
 * The door's answer; asked every few seconds while live changes do not arrive. A page that nobody looks at does not ask
 * by itself: it hears of changes as long as another one holds the stream, asks as soon as it is shown, and
 * says meanwhile that it is not sure.
 */
export function useDoor() {
	const connection = useConnection();
	const client = useQueryClient();
	const query = useQuery({
		queryKey: keys.door,
		queryFn: () => ask(api.GET("/door")),
		staleTime: SAME_ANSWER,
		refetchInterval: PACE[connection],
		refetchIntervalInBackground: false,
	});
	const first = query.data?.grounds.map((ground) => ground.ends_at).sort()[0];
	useEffect(() => {
		if (!first) return;
		const wait = Math.min(LONGEST_WAIT, Math.max(500, Date.parse(first) - serverNow() + 200));
		const timer = setTimeout(() => void client.invalidateQueries({ queryKey: keys.door }), wait);
		return () => clearTimeout(timer);
	}, [client, first]);
	return query;
}

/** What the door may say right now; changes by itself as time passes. */
export function useDoorState(query: ReturnType<typeof useDoor>): DoorState {
	const connection = useConnection();
	const now = useNow();
	// The cache stamps answers by this device's clock; only the age is taken from it.
	const age = Date.now() - query.dataUpdatedAt;
	const failed = query.isError || query.failureCount > 0;
	return doorState({ door: query.data, at: now - age, failed, connection }, now);
}

/** Ends a ground with all its visits; the answer says how long the cut took. */
export function useEndGround(onEnded?: (ended: Ended) => void) {
	const client = useQueryClient();
	return useMutation({
		mutationFn: (id: string) => ask(api.POST("/grounds/{id}/end", { params: { path: { id } } })),
		onSuccess: (ended) => onEnded?.(ended),
		onSettled: () => client.invalidateQueries(),
	});
}

/** Ends several at once; the answer is that of the one that took longest. */
export function useEndGrounds() {
	const client = useQueryClient();
	return useMutation({
		mutationFn: async (ids: readonly string[]) => {
			const end = (id: string) => ask(api.POST("/grounds/{id}/end", { params: { path: { id } } }));
			const [first, ...rest] = await Promise.all(ids.map(end));
			if (!first) throw new Error("nothing to end");
			return rest.reduce((a, b) => (b.cut_millis > a.cut_millis ? b : a), first);
		},
		onSettled: () => client.invalidateQueries(),
	});
}

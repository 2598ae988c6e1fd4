// The customer's contacts, addresses and numbers, and the actions on them.
import { useQuery } from "@tanstack/react-query";
import { api, ask } from "../../shared/api/client";
import { keys } from "../../shared/api/keys";
import type { Me } from "../../shared/api/types";
import { useAct } from "../../shared/signin/confirmed";

/** What every action here makes stale. */
const TOUCHES = ["support-settings", "own-customer"] as const;

export function useSupportSettings() {
	return useQuery({
		queryKey: keys.supportSettings,
		queryFn: () => ask(api.GET("/support-settings")),
	});
}

/** One action of this page; whoever signed in by link confirms the password first (rule X8). */
export function useChange<V, T>(me: Me, fn: (variables: V) => Promise<T>, onDone?: () => void) {
	return useAct({ me, fn, touches: TOUCHES, ...(onDone ? { onDone } : {}) });
}

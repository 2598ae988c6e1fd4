// Who is signed in. `null` means nobody (not an error).
import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, ask } from "./client";
import { keys } from "./keys";
import { Problem } from "./problem";
import type { Me } from "./types";

async function loadMe(): Promise<Me | null> {
	try {
		return await ask(api.GET("/me"));
	} catch (error) {
		if (error instanceof Problem && error.status === 401) return null;
		throw error;
	}
}

const meQuery = { queryKey: keys.me, queryFn: loadMe, staleTime: 60_000 };

/** The signed-in person, `null` when signed out, `undefined` while unknown. */
export function useMe() {
	return useQuery(meQuery);
}

/** Asks before anything is drawn: every page behind the sign-in waits for it. */
export function askEarly(client: QueryClient, path: string): void {
	if (/^\/(sign-in|activation|challenge|guest)(\/|$)/.test(path)) return;
	void client.prefetchQuery(meQuery);
}

/** Takes a fresh sign-in; everything cached belonged to somebody else. */
export function useSignedIn(): (me: Me) => void {
	const client = useQueryClient();
	return (me) => {
		client.removeQueries({ predicate: (query) => query.queryKey[0] !== "me" });
		client.setQueryData(keys.me, me);
	};
}

/** Leads answer for access: they end everything and unlock PIN fields. */
export function isLead(me: Me): boolean {
	const roles = me.staff?.roles ?? [];
	return roles.includes("support_lead") || roles.includes("success_lead");
}

/** Leads and admins see the sessions, alarms and staff of the provider. */
export function oversees(me: Me): boolean {
	return isLead(me) || isAdmin(me);
}

export function isAdmin(me: Me): boolean {
	return me.staff?.roles.includes("admin") ?? false;
}

/** Those who read requests: all staff but guests (rules B11, M6), as the server has it. */
export function serves(me: Me): boolean {
	return (me.staff?.roles ?? []).some((role) => role !== "guest");
}

/** Invited to single requests and nothing else (rule M6). */
export function isGuest(me: Me): boolean {
	const roles = me.staff?.roles ?? [];
	return roles.length > 0 && roles.every((role) => role === "guest");
}

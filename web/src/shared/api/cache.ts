// How answers are kept: fresh for ten seconds, tried again only when trying can help.
import { QueryClient } from "@tanstack/react-query";
import { keys } from "./keys";
import { Problem } from "./problem";

/** A cache whose signed-out answers (401) send the page back to the sign-in. */
export function queryClient(): QueryClient {
	const client: QueryClient = new QueryClient({
		defaultOptions: {
			queries: {
				staleTime: 10_000,
				networkMode: "always",
				retry: (count, error) => error instanceof Problem && error.passing && count < 2,
			},
			mutations: { networkMode: "always" },
		},
	});
	client.getQueryCache().subscribe((event) => {
		if (event.type !== "updated" || event.action.type !== "error") return;
		const error = event.action.error;
		const signedOut = error instanceof Problem && error.status === 401;
		if (signedOut && event.query.queryKey[0] !== "me") {
			void client.invalidateQueries({ queryKey: keys.me });
		}
	});
	return client;
}

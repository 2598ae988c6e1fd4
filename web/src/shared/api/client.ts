// The one way to the server: openapi-fetch on generated types. No page fetches by hand.
import createClient, { type Middleware } from "openapi-fetch";
import { learnServerTime } from "./clock";
import { learnNews } from "./news";
import { Problem } from "./problem";
import type { paths } from "./schema";

const listener: Middleware = {
	onResponse({ response }) {
		learnServerTime(response.headers.get("date"));
		learnNews(response.headers.get("pforte-news"));
	},
	onError() {
		return new Problem("network", 0, "No answer from the server.");
	},
};

// The functions look `fetch` up at each call, so that tests can put their own in its place.
export const api = createClient<paths>({
	baseUrl: typeof location === "undefined" ? undefined : `${location.origin}/api/v1`,
	credentials: "same-origin",
	fetch: (request) => globalThis.fetch(request),
});
api.use(listener);

/** The data of an answer, or a thrown [`Problem`]. */
export async function ask<T>(
	call: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<T> {
	const { data, error, response } = await call;
	if (!response.ok) throw Problem.from(response.status, error);
	return data as T;
}

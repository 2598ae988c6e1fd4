// What component tests need around a component: theme, cache, words, routes; and answers of the API.
import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import type { ReactElement } from "react";
import { MemoryRouter } from "react-router";
import { vi } from "vitest";
import { queryClient } from "../src/shared/api/cache";
import type { Ground, Me } from "../src/shared/api/types";
import { theme } from "../src/shared/theme";
import { LanguageProvider } from "../src/shared/words/language";

/** Renders in German, as the browser of most readers asks for. */
export function show(element: ReactElement, path = "/") {
	localStorage.setItem("pforte-language", "de");
	const client = queryClient();
	const shown = render(
		<MantineProvider theme={theme} env="test" withCssVariables={false} withGlobalClasses={false}>
			<QueryClientProvider client={client}>
				<LanguageProvider>
					<MemoryRouter initialEntries={[path]}>{element}</MemoryRouter>
				</LanguageProvider>
			</QueryClientProvider>
		</MantineProvider>,
	);
	return { ...shown, client };
}

export interface Call {
	method: string;
	path: string;
	body: unknown;
}

type Reply = { status?: number; body?: unknown };

/** Answers `fetch` by "METHOD path"; everything asked for is kept in order. */
export function answers(replies: Record<string, Reply | ((call: Call) => Reply)>): Call[] {
	const calls: Call[] = [];
	vi.stubGlobal("fetch", async (request: Request) => {
		const url = new URL(request.url);
		const path = url.pathname.replace("/api/v1", "");
		const text = await request.text();
		const call = { method: request.method, path, body: text ? JSON.parse(text) : undefined };
		calls.push(call);
		const found = replies[`${call.method} ${path}`];
		if (!found) return Response.json({ code: "not_found" }, { status: 404 });
		const reply = typeof found === "function" ? found(call) : found;
		const status = reply.status ?? 200;
		return status === 204 ? new Response(null, { status }) : Response.json(reply.body, { status });
	});
	return calls;
}

export const NOW = Date.parse("2026-11-22T13:20:00Z");

export function at(minutes: number): string {
	return new Date(Date.now() + minutes * 60_000).toISOString();
}

export function ground(changes: Partial<Ground> = {}): Ground {
	return {
		id: "0193-ground",
		of_colleague: false,
		kind: "pin",
		state: "open",
		customer: { id: "c1", number: "1042", name: "Bäckerei Sonnenfeld" },
		contact: { id: "k1", name: "Mara Sonnenfeld" },
		staff: { id: "s1", name: "Jana Brückner", username: "jana" },
		words: ["Leuchtturm", "Pflaume"],
		reason: { category: "fault", text: "Bestellungen kommen doppelt an" },
		record: { channel: "phone", from: "+49 30 5550117", at: at(-5), note: null },
		opened_at: at(-5),
		ends_at: at(41),
		visits: [],
		...changes,
	};
}

export function contact(changes: Partial<Me> = {}): Me {
	return {
		kind: "contact",
		id: "k1",
		name: "Mara Sonnenfeld",
		language: "de",
		provider: { slug: "nordlicht", name: "Nordlicht" },
		strength: "password",
		signed_in_at: at(-30),
		demo: false,
		contact: {
			customer: { id: "c1", number: "1042", name: "Bäckerei Sonnenfeld" },
			role: "owner",
			rights: { support: true, instruction: true },
			totp: false,
		},
		...changes,
	};
}

export function agent(staff: Partial<NonNullable<Me["staff"]>> = {}): Me {
	return {
		...contact({ kind: "staff", id: "s1", name: "Jana Brückner", strength: "password_totp" }),
		contact: null,
		staff: {
			username: "jana",
			roles: ["agent"],
			form_locked: false,
			may_enter: true,
			lacks: [],
			...staff,
		},
	};
}

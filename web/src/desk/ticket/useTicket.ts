// One request at the desk: asking for it, paging back, and what can be done with it.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask } from "../../shared/api/client";
import { keys } from "../../shared/api/keys";
import { useConnection } from "../../shared/api/live";
import type { MessageView, TicketView } from "../../shared/api/types";
import type { Written } from "../../shared/ticket/Composer";

export function useTicket(id: string) {
	const connection = useConnection();
	return useQuery({
		queryKey: keys.ticket(id),
		queryFn: () => ask(api.GET("/tickets/{id}", { params: { path: { id } } })),
		refetchInterval: connection === "live" ? 60_000 : 8000,
	});
}

/** Older messages, asked for page by page; live changes renew only the newest ones. */
export function useEarlier(ticket: TicketView) {
	const [earlier, setEarlier] = useState<MessageView[]>([]);
	const [more, setMore] = useState<boolean | null>(null);
	const load = useMutation({
		mutationFn: (before: string) =>
			ask(api.GET("/tickets/{id}", { params: { path: { id: ticket.id }, query: { before } } })),
		onSuccess: (page) => {
			setEarlier((all) => [...page.messages, ...all]);
			setMore(page.more);
		},
	});
	const known = new Set(ticket.messages.map((one) => one.id));
	const messages = [...earlier.filter((one) => !known.has(one.id)), ...ticket.messages];
	const [oldest] = messages;
	return {
		messages,
		more: more ?? ticket.more,
		loading: load.isPending,
		error: load.error,
		load: () => oldest && load.mutate(oldest.id),
	};
}

/** What changes a request answers with it anew. */
function useChange<T>(id: string, run: (input: T) => Promise<TicketView>) {
	const client = useQueryClient();
	return useMutation({
		mutationFn: run,
		onSuccess: (ticket) => {
			if (ticket.id === id) client.setQueryData(keys.ticket(id), ticket);
		},
		onSettled: () => {
			void client.invalidateQueries({ queryKey: ["tickets"] });
			void client.invalidateQueries({ queryKey: ["grounds"] });
			void client.invalidateQueries({ queryKey: ["customer"] });
			return client.invalidateQueries({ queryKey: keys.ticket(id) });
		},
	});
}

export interface Changes {
	subject?: string;
	priority?: string;
	tags?: string[];
}

export function useTicketActions(id: string) {
	const path = { params: { path: { id } } };
	return {
		takeOver: useChange(id, (from: string | null) =>
			ask(api.POST("/tickets/{id}/take-over", { ...path, body: { from_staff_id: from } })),
		),
		handOver: useChange(id, (staff: string) =>
			ask(api.POST("/tickets/{id}/hand-over", { ...path, body: { staff_id: staff } })),
		),
		release: useChange<void>(id, () => ask(api.POST("/tickets/{id}/release", path))),
		close: useChange<void>(id, () => ask(api.POST("/tickets/{id}/close", path))),
		reopen: useChange<void>(id, () => ask(api.POST("/tickets/{id}/reopen", path))),
		change: useChange(id, (body: Changes) => ask(api.PATCH("/tickets/{id}", { ...path, body }))),
		merge: useChange(id, (into: string) =>
			ask(api.POST("/tickets/{id}/merge", { ...path, body: { into_id: into } })),
		),
		followUp: useChange(id, (text: string) =>
			ask(api.POST("/tickets/{id}/follow-up", { ...path, body: { text } })),
		),
	};
}

export type TicketActions = ReturnType<typeof useTicketActions>;

/** Sends a message or note; resolves once it is stored. */
export function useSend(id: string): (written: Written) => Promise<unknown> {
	const client = useQueryClient();
	return async (written) => {
		const body = {
			text: written.text,
			kind: written.kind,
			attachments: written.attachments,
			close: written.close,
		};
		await ask(api.POST("/tickets/{id}/messages", { params: { path: { id } }, body }));
		void client.invalidateQueries({ queryKey: ["tickets"] });
		await client.invalidateQueries({ queryKey: keys.ticket(id) });
	};
}

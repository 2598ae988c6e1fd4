// Opening a product: a window of its own, which the press itself opens and the server's answer fills.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask } from "../shared/api/client";
import type { Reason } from "./ReasonFields";

/** `open` takes the reason of a further visit, `null` for the first on its ground (rule T24). */
export function useOpenProduct(ground: string, product: string, onOpened: () => void) {
	const client = useQueryClient();
	const [blocked, setBlocked] = useState<string | null>(null);
	const open = useMutation({
		mutationFn: async (reason: Reason | null) => {
			// The window opens with the press itself; a browser blocks one that opens after an answer.
			const tab = window.open("", "_blank");
			if (tab) tab.opener = null;
			try {
				const body = { ground_id: ground, product, ...(reason ? { reason } : {}) };
				const { url } = await ask(api.POST("/visits", { body }));
				if (tab) tab.location.replace(url);
				setBlocked(tab ? null : url);
			} catch (error) {
				tab?.close();
				throw error;
			}
		},
		onSuccess: onOpened,
		onSettled: () => {
			void client.invalidateQueries({ queryKey: ["customer"] });
			void client.invalidateQueries({ queryKey: ["ground"] });
			return client.invalidateQueries({ queryKey: ["ticket"] });
		},
	});
	return { open, blocked, unblock: () => setBlocked(null) };
}

// One product at the desk: open it, or read why not and what would allow it.
import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask } from "../api/client";
import type { Customer } from "../api/types";
import { Refused } from "../frame/states";
import { useLanguage, useWords } from "../words/language";
import { codeText } from "../words/refusals";
import classes from "./desk.module.css";
import { deskWords } from "./words";

type Line = Customer["products"][number];

export function ProductLine({ line }: { line: Line }) {
	const { language } = useLanguage();
	if (line.decision === "open" && line.ground_id) {
		return <OpenProduct line={line} ground={line.ground_id} />;
	}
	return (
		<div className={classes.product}>
			<strong>{line.product.name}</strong>
			<p className={classes.why}>
				<span aria-hidden="true">{line.decision === "needs" ? "◐ " : "○ "}</span>
				{codeText(line.code, line.code, language)}
			</p>
		</div>
	);
}

function OpenProduct({ line, ground }: { line: Line; ground: string }) {
	const t = useWords(deskWords);
	const client = useQueryClient();
	const [blocked, setBlocked] = useState<string | null>(null);
	const open = useMutation({
		mutationFn: async () => {
			// The window opens with the press itself; a browser blocks one that opens after an answer.
			const tab = window.open("", "_blank");
			if (tab) tab.opener = null;
			try {
				const body = { ground_id: ground, product: line.product.id };
				const { url } = await ask(api.POST("/visits", { body }));
				if (tab) tab.location.replace(url);
				setBlocked(tab ? null : url);
			} catch (error) {
				tab?.close();
				throw error;
			}
		},
		onSettled: () => client.invalidateQueries({ queryKey: ["customer"] }),
	});
	return (
		<div className={classes.product}>
			<strong>{line.product.name}</strong>
			<Button
				loading={open.isPending}
				aria-label={t.openLink(line.product.name)}
				onClick={() => open.mutate()}
			>
				{t.open} <span aria-hidden="true">&nbsp;↗</span>
			</Button>
			{blocked ? (
				<p className={classes.why} role="alert">
					{t.blocked}{" "}
					<a
						href={blocked}
						target="_blank"
						rel="noopener noreferrer"
						onClick={() => setBlocked(null)}
					>
						{t.openLink(line.product.name)}
					</a>
				</p>
			) : null}
			<Refused error={open.error} />
		</div>
	);
}

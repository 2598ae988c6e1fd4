// The keys of the desk, and the list of them.
import { Checkbox } from "@mantine/core";
import { useState } from "react";
import { Dialog } from "../shared/frame/Sheet";
import { useWords } from "../shared/words/language";
import classes from "./desk.module.css";
import { switchSingleKeys, useKeys, useSingleKeys } from "./keyboard";
import { deskWords } from "./words";

/** `/` and `?` from anywhere but fields, and the ways around the desk. */
export function useDeskKeys(
	onFind: () => void,
	onHelp: () => void,
	onGo: (path: string) => void = () => {},
	places: Record<string, string> = {},
): void {
	const ways = Object.entries(places).map(([key, path]) => [`g ${key}`, () => onGo(path)]);
	useKeys({ "/": onFind, "?": onHelp, ...Object.fromEntries(ways) });
}

export function useKeysList() {
	const [opened, setOpened] = useState(false);
	return { opened, show: () => setOpened(true), hide: () => setOpened(false) };
}

/** Where `g` and a letter lead. Guests have the requests only. */
export function placesOf(guest: boolean): Record<string, string> {
	if (guest) return { q: "/desk/tickets" };
	return { h: "/desk", q: "/desk/tickets", c: "/desk/call", m: "/desk/quarantine" };
}

export function KeysList({ opened, onClose }: { opened: boolean; onClose(): void }) {
	const t = useWords(deskWords);
	const single = useSingleKeys();
	const lines: [string, string][] = [
		["/", t.key_find],
		["↑ ↓", t.key_move],
		["↵", t.key_take],
		["g q", t.key_queue],
		["g c", t.key_call],
		["g m", t.key_quarantine],
		["g h", t.key_home],
		["j k", t.key_next],
		["t", t.key_takeOver],
		["r", t.key_reply],
		["n", t.key_note],
		["c", t.key_close],
		[t.key_ctrlEnter, t.key_send],
		["Esc", t.key_escape],
		["?", t.key_help],
	];
	return (
		<Dialog opened={opened} title={t.keysTitle} onClose={onClose}>
			<dl className={classes.keys}>
				{lines.map(([key, meaning]) => (
					<div key={key} style={{ display: "contents" }}>
						<dt>
							<kbd className={classes.kbd}>{key}</kbd>
						</dt>
						<dd>{meaning}</dd>
					</div>
				))}
			</dl>
			<Checkbox
				mt="md"
				label={t.singleKeys}
				checked={single}
				onChange={(event) => switchSingleKeys(event.currentTarget.checked)}
			/>
		</Dialog>
	);
}

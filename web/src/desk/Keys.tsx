// The keys of the desk, and the list of them.
import { useEffect, useState } from "react";
import { Dialog } from "../frame/Sheet";
import { useWords } from "../words/language";
import classes from "./desk.module.css";
import { deskWords } from "./words";

function typing(target: EventTarget | null): boolean {
	if (!(target instanceof HTMLElement)) return false;
	return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

/** Runs `/` and `?` from anywhere but fields. */
export function useDeskKeys(onFind: () => void, onHelp: () => void): void {
	useEffect(() => {
		const onKey = (event: KeyboardEvent) => {
			const modified = event.ctrlKey || event.metaKey || event.altKey;
			const radio = event.target instanceof HTMLInputElement && event.target.type === "radio";
			if (modified || (typing(event.target) && !radio)) return;
			if (event.key === "/") {
				event.preventDefault();
				onFind();
			} else if (event.key === "?") {
				event.preventDefault();
				onHelp();
			}
		};
		document.addEventListener("keydown", onKey);
		return () => document.removeEventListener("keydown", onKey);
	}, [onFind, onHelp]);
}

export function useKeysList() {
	const [opened, setOpened] = useState(false);
	return { opened, show: () => setOpened(true), hide: () => setOpened(false) };
}

export function KeysList({ opened, onClose }: { opened: boolean; onClose(): void }) {
	const t = useWords(deskWords);
	const lines: [string, string][] = [
		["/", t.key_find],
		["↑ ↓", t.key_move],
		["↵", t.key_take],
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
		</Dialog>
	);
}

// A button with a short menu below it (WAI-ARIA "menu button"): arrows, Home, End, Escape; shut by choosing,
// by Tab and by a press elsewhere.
import { Button } from "@mantine/core";
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import classes from "./frame.module.css";

export interface MenuLine {
	text: string;
	run(): void;
	/** A line above it: what follows is of another kind. */
	apart?: boolean;
}

interface MenuProps {
	label: string;
	face: ReactNode;
	lines: MenuLine[];
}

export function Menu({ label, face, lines }: MenuProps) {
	const id = useId();
	const box = useRef<HTMLDivElement>(null);
	const button = useRef<HTMLButtonElement>(null);
	const [opened, setOpened] = useState(false);
	const items = () => [...(box.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
	useEffect(() => {
		if (!opened) return;
		box.current?.querySelector<HTMLElement>("[role=menuitem]")?.focus();
		const elsewhere = (event: PointerEvent) => {
			if (!box.current?.contains(event.target as Node)) setOpened(false);
		};
		document.addEventListener("pointerdown", elsewhere);
		return () => document.removeEventListener("pointerdown", elsewhere);
	}, [opened]);
	const shut = () => {
		setOpened(false);
		button.current?.focus();
	};
	const onKeyDown = (event: KeyboardEvent) => {
		const all = items();
		const place = all.indexOf(document.activeElement as HTMLElement);
		const to: Record<string, number> = {
			ArrowDown: (place + 1) % all.length,
			ArrowUp: (Math.max(place, 0) - 1 + all.length) % all.length,
			Home: 0,
			End: all.length - 1,
		};
		const next = to[event.key];
		if (event.key === "Escape") shut();
		else if (event.key === "Tab") return setOpened(false);
		else if (next !== undefined) all[next]?.focus();
		else return;
		event.preventDefault();
		event.stopPropagation();
	};
	return (
		<div ref={box} className={classes.menuBox}>
			<Button
				ref={button}
				variant="default"
				size="sm"
				aria-label={label}
				aria-haspopup="menu"
				aria-expanded={opened}
				aria-controls={opened ? id : undefined}
				onClick={() => setOpened(!opened)}
				onKeyDown={(event) => {
					if (event.key !== "ArrowDown" || opened) return;
					event.preventDefault();
					setOpened(true);
				}}
			>
				{face}
			</Button>
			{opened ? (
				<div id={id} className={classes.menu} role="menu" aria-label={label} onKeyDown={onKeyDown}>
					<p className={classes.menuLabel} role="presentation">
						{label}
					</p>
					{lines.map(({ text, run, apart }) => (
						<button
							key={text}
							type="button"
							role="menuitem"
							tabIndex={-1}
							className={apart ? `${classes.menuLine} ${classes.menuApart}` : classes.menuLine}
							onClick={() => {
								shut();
								run();
							}}
						>
							{text}
						</button>
					))}
				</div>
			) : null}
		</div>
	);
}

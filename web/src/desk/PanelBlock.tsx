// One part of the panel, with its heading.
import { type ReactNode, useId } from "react";
import classes from "./panel.module.css";

export function Block({ title, children }: { title: string; children: ReactNode }) {
	const id = useId();
	return (
		<section className={classes.block} aria-labelledby={id}>
			<h2 id={id}>{title}</h2>
			{children}
		</section>
	);
}

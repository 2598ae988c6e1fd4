// The program's mark: the gate, small.
import classes from "./frame.module.css";

export function Mark() {
	return (
		<svg className={classes.mark} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
			<path d="M4 29V15a12 12 0 0 1 24 0v14" fill="none" stroke="currentColor" strokeWidth="2.4" />
			<path d="M9 29V15.5a7 7 0 0 1 14 0V29z" fill="currentColor" />
			<circle cx="19.4" cy="21.4" r="1.5" className={classes.markKnob} />
			<path d="M1 30h30" stroke="currentColor" strokeWidth="2" />
		</svg>
	);
}

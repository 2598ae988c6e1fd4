// The drawing of the door. The word beside it says the same; this is for those who look from afar.
import classes from "../../shared/door/door.module.css";
import type { DoorState } from "../../shared/door/state";

export function DoorMark({ kind }: { kind: DoorState["kind"] }) {
	return (
		<svg className={classes.mark} viewBox="0 0 120 148" aria-hidden="true" focusable="false">
			{kind === "open" ? <path d="M36 140 L8 148 H104 L86 140z" className={classes.spill} /> : null}
			<path
				d="M14 140V62a46 46 0 0 1 92 0v78"
				className={kind === "unsure" ? classes.frameUnsure : classes.frame}
			/>
			{kind === "closed" ? <Shut /> : null}
			{kind === "open" ? <Ajar /> : null}
			{kind === "unsure" ? (
				<text x="60" y="108" textAnchor="middle" className={classes.question}>
					?
				</text>
			) : null}
			<path d="M2 141h116" className={classes.floor} />
		</svg>
	);
}

function Shut() {
	return (
		<g>
			<path d="M26 140V63a34 34 0 0 1 68 0v77z" className={classes.leaf} />
			<path d="M43 140V33M60 140V29M77 140V33" className={classes.boards} />
			<path d="M26 62h40M26 118h40" className={classes.hinge} />
			<circle cx="83" cy="92" r="5" className={classes.ring} />
		</g>
	);
}

function Ajar() {
	return (
		<g>
			<path d="M26 140V63a34 34 0 0 1 68 0v77z" className={classes.light} />
			<path d="M26 140V63c0-16 8-28 20-32v117z" className={classes.leafOpen} />
			<circle cx="40" cy="94" r="3.4" className={classes.ringOpen} />
		</g>
	);
}

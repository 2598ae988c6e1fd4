// A sheet from the right and a dialog in the middle: the browser's own, which hold focus and keys, hide the
// page behind them from screen readers, and give the focus back. They hold the page still, see styles.css.
import { type ReactNode, type SyntheticEvent, useId, useLayoutEffect, useRef } from "react";
import { createPortal } from "react-dom";
import { useWords } from "../words/language";
import classes from "./frame.module.css";
import { frameWords } from "./words";

interface SheetProps {
	opened: boolean;
	title: ReactNode;
	onClose(): void;
	children: ReactNode;
}

/** From the right. */
export function SideSheet(props: SheetProps) {
	return props.opened ? <Shown {...props} className={classes.side ?? ""} /> : null;
}

/** In the middle: for a question that must be answered. */
export function Dialog(props: SheetProps) {
	return props.opened ? <Shown {...props} className={classes.middle ?? ""} /> : null;
}

function Shown({ title, onClose, children, className }: SheetProps & { className: string }) {
	const t = useWords(frameWords);
	const ref = useRef<HTMLDialogElement>(null);
	const id = useId();
	useLayoutEffect(() => {
		const dialog = ref.current;
		if (!dialog) return;
		dialog.showModal();
		dialog.querySelector<HTMLElement>("[data-autofocus]")?.focus();
		return () => dialog.close();
	}, []);
	const cancel = (event: SyntheticEvent) => {
		// It shuts when its owner says so; Escape in a sheet above this one is that one's.
		event.preventDefault();
		event.stopPropagation();
		onClose();
	};
	return createPortal(
		<dialog
			ref={ref}
			className={`${classes.dialog} ${className}`}
			aria-labelledby={id}
			onCancel={cancel}
			onMouseDown={(event) => {
				if (event.target === event.currentTarget) onClose();
			}}
		>
			<div className={classes.dialogInner} data-holds-page>
				<div className={classes.sheetHead}>
					<h2 id={id} className={classes.sheetTitle}>
						{title}
					</h2>
					<button type="button" className={classes.shut} aria-label={t.close} onClick={onClose}>
						<span aria-hidden="true">✕</span>
					</button>
				</div>
				<div className={classes.dialogBody}>{children}</div>
			</div>
		</dialog>,
		document.body,
	);
}

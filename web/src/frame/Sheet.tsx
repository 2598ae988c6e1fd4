// A drawer (sheet on phones) and a dialog. They hold the page still by a class, see styles.css.
import { Drawer, Modal } from "@mantine/core";
import type { ReactNode } from "react";
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
export function SideSheet({ opened, title, onClose, children }: SheetProps) {
	const t = useWords(frameWords);
	return (
		<Drawer
			opened={opened}
			onClose={onClose}
			title={title}
			position="right"
			size={460}
			lockScroll={false}
			closeButtonProps={{ "aria-label": t.close, size: "lg" }}
			classNames={{ content: classes.sheet, header: classes.sheetHead, title: classes.sheetTitle }}
		>
			<div data-holds-page>{children}</div>
		</Drawer>
	);
}

/** In the middle: for a question that must be answered. */
export function Dialog({ opened, title, onClose, children }: SheetProps) {
	const t = useWords(frameWords);
	return (
		<Modal
			opened={opened}
			onClose={onClose}
			title={title}
			centered
			lockScroll={false}
			closeButtonProps={{ "aria-label": t.close, size: "lg" }}
			classNames={{ content: classes.sheet, header: classes.sheetHead, title: classes.sheetTitle }}
		>
			<div data-holds-page>{children}</div>
		</Modal>
	);
}

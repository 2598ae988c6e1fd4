// The document's title: an open door first, then what matters on the page, the program's name last.
import { useEffect } from "react";

let mark: string | null = null;
let parts: string[] = [];

function write(): void {
	document.title = [mark, ...parts, "Pforte"].filter(Boolean).join(" · ");
}

/** What the page is about. */
export function useTitle(...given: (string | null | undefined)[]): void {
	const title = given.filter(Boolean).join("\n");
	useEffect(() => {
		parts = title.split("\n");
		write();
	}, [title]);
}

/** What stands before every page's title as long as it is so. */
export function useTitleMark(text: string | null): void {
	useEffect(() => {
		mark = text;
		write();
		return () => {
			mark = null;
			write();
		};
	}, [text]);
}

import { useEffect } from "react";

/** The document's title: what matters first, the program's name last. */
export function useTitle(...parts: (string | null | undefined)[]): void {
	const title = [...parts.filter(Boolean), "Pforte"].join(" · ");
	useEffect(() => {
		document.title = title;
	}, [title]);
}

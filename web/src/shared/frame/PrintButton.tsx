// Paper, or a file of it, by the browser's own dialog; what is left out on paper is in `print.css`.
import { Button } from "@mantine/core";
import { useWords } from "../words/language";
import { frameWords } from "./words";

export function PrintButton() {
	const t = useWords(frameWords);
	return (
		<Button variant="default" size="sm" onClick={() => window.print()}>
			{t.print}
		</Button>
	);
}

import { Link } from "react-router";
import { useWords } from "../words/language";
import { useTitle } from "./title";
import { frameWords } from "./words";

export function NotFound({ to }: { to: string }) {
	const t = useWords(frameWords);
	useTitle(t.notFound);
	return (
		<div className="stack">
			<h1>{t.notFound}</h1>
			<p>
				<Link to={to}>{t.toStart}</Link>
			</p>
		</div>
	);
}

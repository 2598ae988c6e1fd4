// The queue: views at the left, requests beside them. Guests see only what they were invited to (M6).
import { useNavigate, useSearchParams } from "react-router";
import { useTitle } from "../../shared/frame/title";
import { useWords } from "../../shared/words/language";
import { Filters } from "./Filters";
import { QueueList } from "./QueueList";
import classes from "./queue.module.css";
import { Views } from "./Views";
import { canonical } from "./views";
import { queueWords } from "./words";

export default function Queue({ guest }: { guest: boolean }) {
	const t = useWords(queueWords);
	const [params] = useSearchParams();
	const navigate = useNavigate();
	const search = canonical(params);
	useTitle(t.title);
	return (
		<div className={guest ? classes.guest : classes.page}>
			<h1 className={classes.title}>{t.title}</h1>
			{guest ? null : <Views search={search} />}
			<div className="stack">
				{guest ? null : (
					<Filters
						key={search === "" ? "none" : "some"}
						search={search}
						onSearch={(next) => navigate({ search: next }, { replace: true })}
					/>
				)}
				<QueueList search={search} guest={guest} />
			</div>
		</div>
	);
}

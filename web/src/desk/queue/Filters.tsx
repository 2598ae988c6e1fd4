// Search and filters above the queue. They live in the page's address: a view can be linked and kept.
import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useEffect, useState } from "react";
import { ticketWords } from "../../shared/ticket/words";
import { say } from "../../shared/words/dictionary";
import { useWords } from "../../shared/words/language";
import classes from "./queue.module.css";
import { FILTERS, type Filter, withFilter } from "./views";
import { queueWords } from "./words";

interface FiltersProps {
	search: string;
	onSearch(next: string): void;
}

const states = ["new", "open", "waiting", "closed", "locked", "all"];
const priorities = ["urgent", "high", "normal", "low"];
const channels = ["portal", "mail", "phone", "voice", "chat"];

export function Filters({ search, onSearch }: FiltersProps) {
	const t = useWords(queueWords);
	const given = new URLSearchParams(search);
	const used = FILTERS.filter((name) => name !== "q" && given.get(name)).length;
	const [shown, setShown] = useState(used > 0 && given.get("state") === null);
	const set = (filter: Filter, value: string) => onSearch(withFilter(search, filter, value));
	return (
		<div className={classes.filters}>
			<div className={classes.searchRow}>
				<SearchField search={search} onSearch={onSearch} />
				<Button variant="default" aria-expanded={shown} onClick={() => setShown(!shown)}>
					{t.filters}
					{used > 0 ? ` (${used})` : null}
				</Button>
				{given.get("customer") ? (
					<Button variant="subtle" onClick={() => set("customer", "")}>
						{t.oneCustomer} <span aria-hidden="true">✕</span>
					</Button>
				) : null}
			</div>
			{shown ? (
				<div className={classes.filterRow}>
					<Choice filter="state" values={states} given={given} onSet={set} />
					<Choice filter="assignee" values={["me", "none"]} given={given} onSet={set} />
					<Choice filter="priority" values={priorities} given={given} onSet={set} />
					<Choice filter="channel" values={channels} given={given} onSet={set} />
					<TagField given={given} onSet={set} />
					<Choice filter="sort" values={["urgent", "newest"]} given={given} onSet={set} />
					{used > 0 || given.get("q") ? (
						<Button variant="subtle" onClick={() => onSearch("")}>
							{t.clear}
						</Button>
					) : null}
				</div>
			) : null}
		</div>
	);
}

/** Follows what is typed after a breath; Enter needs none. */
function SearchField({ search, onSearch }: FiltersProps) {
	const t = useWords(queueWords);
	const given = new URLSearchParams(search).get("q") ?? "";
	const [typed, setTyped] = useState(given);
	useEffect(() => setTyped(given), [given]);
	const later = useDebouncedCallback((q: string) => onSearch(withFilter(search, "q", q)), 250);
	return (
		<TextInput
			type="search"
			aria-label={t.search}
			placeholder={t.search}
			className={classes.search}
			autoComplete="off"
			maxLength={200}
			value={typed}
			onChange={(event) => {
				setTyped(event.currentTarget.value);
				later(event.currentTarget.value);
			}}
		/>
	);
}

interface ChoiceProps {
	filter: Filter;
	values: readonly string[];
	given: URLSearchParams;
	onSet(filter: Filter, value: string): void;
}

function Choice({ filter, values, given, onSet }: ChoiceProps) {
	const t = useWords(queueWords);
	const ticket = useWords(ticketWords);
	const label = (value: string) => {
		if (value === "all") return t.any;
		const own = say(t, `${filter}_${value}`);
		return own === value ? say(ticket, `${filter}_${value}`) : own;
	};
	const any = filter === "sort" ? [] : filter === "state" ? ["view_all"] : [""];
	const data = [
		...any.map((key) => ({ value: "", label: key ? say(t, key) : t.any })),
		...values.map((value) => ({ value, label: label(value) })),
	];
	return (
		<NativeSelect
			label={say(t, filter)}
			data={data}
			value={given.get(filter) ?? ""}
			onChange={(event) => onSet(filter, event.currentTarget.value)}
		/>
	);
}

function TagField({ given, onSet }: Pick<ChoiceProps, "given" | "onSet">) {
	const t = useWords(queueWords);
	return (
		<TextInput
			label={t.tag}
			defaultValue={given.get("tag") ?? ""}
			autoComplete="off"
			maxLength={60}
			onBlur={(event) => onSet("tag", event.currentTarget.value.trim())}
			onKeyDown={(event) => {
				if (event.key === "Enter") onSet("tag", event.currentTarget.value.trim());
			}}
		/>
	);
}

// The finder: `/` from anywhere, arrows, Enter. Shows no more than rule B4 allows: a customer's name
// and number and the contacts' names.
import { TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, type RefObject, useEffect, useId, useState } from "react";
import { useNavigate } from "react-router";
import { api, ask } from "../api/client";
import { keys } from "../api/keys";
import { useWords } from "../words/language";
import { useRefusal } from "../words/refusals";
import classes from "./desk.module.css";
import { callerIn, likeliest, type Match, matches, pathOf, step } from "./matches";
import { deskWords } from "./words";

function useFound(typed: string) {
	const [q] = useDebouncedValue(typed.trim(), 120);
	const found = useQuery({
		queryKey: keys.customers(q),
		queryFn: () => ask(api.GET("/customers", { params: { query: { q, limit: 8 } } })),
		enabled: q.length > 0,
		placeholderData: keepPreviousData,
	});
	// Whether what is shown answers what is typed now.
	const settled = q === typed.trim() && found.isSuccess && !found.isPlaceholderData;
	return { ...found, settled };
}

export function Finder({ input }: { input: RefObject<HTMLInputElement | null> }) {
	const t = useWords(deskWords);
	const refusal = useRefusal();
	const navigate = useNavigate();
	const id = useId();
	const [typed, setTyped] = useState("");
	const [chosen, setChosen] = useState<number | null>(null);
	const [wanted, setWanted] = useState(false);
	const [opened, setOpened] = useState(false);
	const found = useFound(typed);
	const list = typed.trim() ? matches(found.data?.items ?? []) : [];
	const active = chosen ?? likeliest(list, typed);
	const shown = opened && typed.trim().length > 0;

	const take = (match: Match) => {
		const caller = callerIn(typed);
		setTyped("");
		setOpened(false);
		setWanted(false);
		input.current?.blur();
		navigate(pathOf(match), { state: { caller } });
	};
	// Enter may come before the answer: it is remembered, so that typing blindly works too.
	const match = list[active];
	useEffect(() => {
		if (wanted && found.settled && match) take(match);
	});
	const onKeyDown = (event: KeyboardEvent) => {
		if (event.key === "ArrowDown" || event.key === "ArrowUp") {
			event.preventDefault();
			setOpened(true);
			setChosen(step(active, event.key === "ArrowDown" ? 1 : -1, list.length));
		} else if (event.key === "Enter") {
			if (shown) setWanted(true);
		} else if (event.key === "Escape") {
			setOpened(false);
			if (!shown) input.current?.blur();
		}
	};

	return (
		<search className={classes.finder}>
			<TextInput
				ref={input}
				type="search"
				aria-label={t.find}
				placeholder={t.find}
				rightSection={<kbd className={classes.kbd}>/</kbd>}
				role="combobox"
				aria-expanded={shown}
				aria-controls={`${id}-list`}
				aria-autocomplete="list"
				aria-activedescendant={shown && list[active] ? `${id}-${active}` : undefined}
				autoComplete="off"
				size="md"
				value={typed}
				onChange={(event) => {
					setTyped(event.currentTarget.value);
					setChosen(null);
					setWanted(false);
					setOpened(true);
				}}
				onFocus={() => setOpened(true)}
				onBlur={() => setOpened(false)}
				onKeyDown={onKeyDown}
			/>
			<div className={classes.found} hidden={!shown}>
				<div id={`${id}-list`} role="listbox" aria-label={t.find}>
					{list.map((match, place) => (
						<MatchLine
							key={match.key}
							id={`${id}-${place}`}
							match={match}
							active={place === active}
							onTake={() => take(match)}
						/>
					))}
				</div>
				<p role="status" className={classes.foundNote}>
					{found.isError ? refusal(found.error) : null}
					{found.settled ? note(t, list.length) : null}
				</p>
			</div>
		</search>
	);
}

function note(t: { found(count: number): string; notFound: string }, count: number): string {
	return count === 0 ? t.notFound : t.found(count);
}

interface MatchLineProps {
	id: string;
	match: Match;
	active: boolean;
	onTake(): void;
}

function MatchLine({ id, match, active, onTake }: MatchLineProps) {
	const t = useWords(deskWords);
	const { customer, contact } = match;
	return (
		// biome-ignore lint/a11y/useKeyWithClickEvents: the combobox has the keys
		// biome-ignore lint/a11y/useFocusableInteractive: focus stays in the combobox
		<div
			id={id}
			role="option"
			aria-selected={active}
			className={active ? `${classes.match} ${classes.active}` : classes.match}
			onMouseDown={(event) => event.preventDefault()}
			onClick={onTake}
		>
			<span className={match.first ? classes.matchCustomer : classes.matchSame}>
				{customer.name} <span className="soft">{customer.number}</span>
			</span>
			<span className={classes.matchContact}>
				{contact ? contact.name : t.noContact}
				{contact ? (
					<span className="soft small"> {contact.support ? t.support : t.noSupport}</span>
				) : null}
			</span>
		</div>
	);
}

// The finder: `/` from anywhere, arrows, Enter. Shows no more than rule B4 allows: a customer's name
// and number and the contacts' names.
import { TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, type RefObject, useId, useState } from "react";
import { useNavigate } from "react-router";
import { api, ask } from "../api/client";
import { keys } from "../api/keys";
import { useWords } from "../words/language";
import { useRefusal } from "../words/refusals";
import classes from "./desk.module.css";
import { callerIn, type Match, matches, pathOf, step } from "./matches";
import { deskWords } from "./words";

function useFound(typed: string) {
	const [q] = useDebouncedValue(typed.trim(), 120);
	return useQuery({
		queryKey: keys.customers(q),
		queryFn: () => ask(api.GET("/customers", { params: { query: { q, limit: 8 } } })),
		enabled: q.length > 0,
		placeholderData: keepPreviousData,
	});
}

export function Finder({ input }: { input: RefObject<HTMLInputElement | null> }) {
	const t = useWords(deskWords);
	const refusal = useRefusal();
	const navigate = useNavigate();
	const id = useId();
	const [typed, setTyped] = useState("");
	const [active, setActive] = useState(0);
	const [opened, setOpened] = useState(false);
	const found = useFound(typed);
	const list = typed.trim() ? matches(found.data?.items ?? []) : [];
	const shown = opened && typed.trim().length > 0;

	const take = (match: Match) => {
		const caller = callerIn(typed);
		setTyped("");
		setOpened(false);
		navigate(pathOf(match), { state: { caller } });
	};
	const onKeyDown = (event: KeyboardEvent) => {
		if (event.key === "ArrowDown" || event.key === "ArrowUp") {
			event.preventDefault();
			setOpened(true);
			setActive(step(active, event.key === "ArrowDown" ? 1 : -1, list.length));
		} else if (event.key === "Enter") {
			const match = list[active];
			if (shown && match && !found.isPlaceholderData) take(match);
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
					setActive(0);
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
					{found.data && !found.isPlaceholderData ? note(t, list.length) : null}
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

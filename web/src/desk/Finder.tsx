// The finder: `/` from anywhere, arrows, Enter. Shows no more than rule B4 allows: a customer's name
// and number, the contacts' names, and requests.
import { TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import {
	type KeyboardEvent,
	type ReactNode,
	type RefObject,
	useEffect,
	useId,
	useRef,
	useState,
} from "react";
import { useNavigate } from "react-router";
import { api, ask } from "../shared/api/client";
import { keys } from "../shared/api/keys";
import type { TicketLine } from "../shared/api/types";
import { StateMark } from "../shared/ticket/Marks";
import { useWords } from "../shared/words/language";
import { useRefusal } from "../shared/words/refusals";
import classes from "./desk.module.css";
import {
	callerIn,
	type Line,
	lines,
	type Match,
	matches,
	preferred,
	step,
	targetOf,
} from "./matches";
import { deskWords } from "./words";

function useFound(typed: string) {
	const [q] = useDebouncedValue(typed.trim(), 120);
	const found = useQuery({
		queryKey: keys.customers(q),
		queryFn: () => ask(api.GET("/customers", { params: { query: { q, limit: 8 } } })),
		enabled: q.length > 0,
		placeholderData: keepPreviousData,
	});
	// Requests come beside the people; without an answer (administration does not serve) there are none.
	const search = useQuery({
		queryKey: keys.search(q),
		queryFn: () => ask(api.GET("/search", { params: { query: { q } } })),
		enabled: q.length > 0,
		placeholderData: keepPreviousData,
		retry: false,
	});
	// Whether what is shown answers what is typed now.
	const searched = search.isError || (search.isSuccess && !search.isPlaceholderData);
	const settled = q === typed.trim() && found.isSuccess && !found.isPlaceholderData && searched;
	return { ...found, settled, search: search.isError ? undefined : search.data };
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
	const box = useRef<HTMLElement>(null);
	const found = useFound(typed);
	const list = typed.trim() ? lines(matches(found.data?.items ?? []), found.search) : [];
	const active = chosen ?? preferred(list, found.search, typed);
	const shown = opened && typed.trim().length > 0;

	const take = (line: Line) => {
		const caller = callerIn(typed);
		setTyped("");
		setOpened(false);
		setWanted(false);
		input.current?.blur();
		navigate(targetOf(line), { state: { caller } });
	};
	// Enter may come before the answer: it is remembered, so that typing blindly works too.
	const line = list[active];
	useEffect(() => {
		if (wanted && found.settled && line) take(line);
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
		<search className={classes.finder} aria-label={t.find} data-finder>
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
				onBlur={(event) => {
					// The list itself can be scrolled with the keyboard.
					if (!box.current?.contains(event.relatedTarget)) setOpened(false);
				}}
				onKeyDown={onKeyDown}
			/>
			<section
				ref={box}
				className={classes.found}
				hidden={!shown}
				aria-label={t.findList}
				// biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
				tabIndex={0}
				onBlur={(event) => {
					if (event.relatedTarget !== input.current) setOpened(false);
				}}
				onKeyDown={(event) => {
					if (event.key === "Escape") input.current?.focus();
				}}
			>
				<div id={`${id}-list`} role="listbox" aria-label={t.find}>
					{list.map((line, place) => (
						<FoundLine
							key={`${line.kind} ${line.key}`}
							id={`${id}-${place}`}
							active={place === active}
							onTake={() => take(line)}
						>
							{line.kind === "ticket" ? (
								<TicketText ticket={line.ticket} />
							) : (
								<MatchText match={line.match} />
							)}
						</FoundLine>
					))}
				</div>
				<p role="status" className={classes.foundNote}>
					{found.isError ? refusal(found.error) : null}
					{found.settled ? note(t, list.length) : null}
				</p>
			</section>
		</search>
	);
}

function note(t: { found(count: number): string; notFound: string }, count: number): string {
	return count === 0 ? t.notFound : t.found(count);
}

interface FoundLineProps {
	id: string;
	active: boolean;
	onTake(): void;
	children: ReactNode;
}

function FoundLine({ id, active, onTake, children }: FoundLineProps) {
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
			{children}
		</div>
	);
}

function MatchText({ match }: { match: Match }) {
	const t = useWords(deskWords);
	const { customer, contact } = match;
	return (
		<>
			<span className={match.first ? classes.matchCustomer : classes.matchSame}>
				{customer.name} <span className="soft">{customer.number}</span>
			</span>
			<span className={classes.matchContact}>
				{contact ? contact.name : t.noContact}
				{contact ? (
					<span className="soft small"> {contact.support ? t.support : t.noSupport}</span>
				) : null}
			</span>
		</>
	);
}

function TicketText({ ticket }: { ticket: TicketLine }) {
	return (
		<>
			<span className={classes.matchCustomer}>
				<span className="soft">#{ticket.number}</span> {ticket.subject}
			</span>
			<span className={classes.matchContact}>
				{ticket.contact.name} <StateMark state={ticket.state} />
			</span>
		</>
	);
}

// Somebody calls: number or name, contact, proof, note, request. From anywhere by `g c`.
import { TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useSearchParams } from "react-router";
import { api, ask } from "../../shared/api/client";
import { keys } from "../../shared/api/keys";
import type { CallerMatch, Callers, Me } from "../../shared/api/types";
import { Refused } from "../../shared/frame/states";
import { useTitle } from "../../shared/frame/title";
import { useWords } from "../../shared/words/language";
import { CallForm } from "./CallForm";
import classes from "./call.module.css";
import { callWords } from "./words";

function useCallers(typed: string) {
	const [q] = useDebouncedValue(typed.trim(), 150);
	const found = useQuery({
		queryKey: keys.callers(q),
		queryFn: () => ask(api.GET("/callers", { params: { query: { q } } })),
		enabled: q.length > 1,
		placeholderData: keepPreviousData,
	});
	return { found, settled: q === typed.trim() && found.isSuccess && !found.isPlaceholderData };
}

export default function CallPage({ me }: { me: Me }) {
	const t = useWords(callWords);
	const [params] = useSearchParams();
	const [typed, setTyped] = useState(params.get("from") ?? "");
	const [chosen, setChosen] = useState<string | null>(null);
	const [wanted, setWanted] = useState(false);
	const { found, settled } = useCallers(typed);
	const callers = typed.trim().length > 1 ? found.data : undefined;
	const matches = callers?.matches ?? [];
	const match = matches.find((one) => one.contact.id === chosen) ?? null;
	useTitle(t.title);
	// Enter may come before the answer, as in the finder.
	const [first] = matches;
	useEffect(() => {
		if (!wanted || !settled) return;
		setWanted(false);
		if (first) setChosen(first.contact.id);
	}, [wanted, settled, first]);
	const onKeyDown = (event: KeyboardEvent) => {
		if (event.key !== "Enter") return;
		event.preventDefault();
		setWanted(true);
	};
	return (
		<div className="stack">
			<h1>{t.title}</h1>
			<TextInput
				type="search"
				label={t.who}
				description={t.whoHint}
				size="lg"
				autoFocus
				autoComplete="off"
				maxLength={100}
				className={classes.who}
				value={typed}
				onChange={(event) => {
					setTyped(event.currentTarget.value);
					setChosen(null);
				}}
				onKeyDown={onKeyDown}
			/>
			<Refused error={found.error} />
			<div role="status">{callers && settled ? <NumberNote callers={callers} /> : null}</div>
			<Matches matches={matches} chosen={chosen} onChoose={setChosen} />
			{callers && match ? (
				<CallForm key={match.contact.id} me={me} callers={callers} match={match} />
			) : null}
		</div>
	);
}

/** Neutral: whether a number is registered, never whose it nearly is. */
function NumberNote({ callers }: { callers: Callers }) {
	const t = useWords(callWords);
	const number = callers.display ?? callers.number;
	if (number && callers.registered) {
		return (
			<p>
				{t.registered(number)} <span className="soft">{t.numberProvesNothing}</span>
			</p>
		);
	}
	if (number) return <p className={classes.neutral}>{t.unregistered(number)}</p>;
	return callers.matches.length === 0 ? <p className="soft">{t.nobody}</p> : null;
}

interface MatchesProps {
	matches: readonly CallerMatch[];
	chosen: string | null;
	onChoose(id: string): void;
}

function Matches({ matches, chosen, onChoose }: MatchesProps) {
	const t = useWords(callWords);
	const picked = useRef<HTMLInputElement>(null);
	// Picked by Enter from the field above: the arrows go on from here.
	useEffect(() => {
		if (chosen) picked.current?.focus();
	}, [chosen]);
	if (matches.length === 0) return null;
	return (
		<fieldset className={classes.matches}>
			<legend>{t.matches}</legend>
			{matches.map((match) => (
				<label key={match.contact.id} className={classes.match}>
					<input
						ref={match.contact.id === chosen ? picked : undefined}
						type="radio"
						name="caller"
						checked={match.contact.id === chosen}
						onChange={() => onChoose(match.contact.id)}
					/>
					<span>
						<strong>{match.contact.name}</strong>{" "}
						<span className="soft">
							{match.customer.name} {match.customer.number}
						</span>{" "}
						<span className={match.support ? "soft small" : "danger small"}>
							{match.support ? t.support : t.noSupport}
						</span>
					</span>
				</label>
			))}
		</fieldset>
	);
}

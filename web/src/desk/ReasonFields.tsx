// Why the customer's product is entered: a category and a sentence. The customer reads both.
import { NativeSelect, TextInput } from "@mantine/core";
import type { FormEvent } from "react";
import type { Category } from "../shared/api/types";
import { field } from "../shared/signin/forms";
import { visitWords } from "../shared/visit/words";
import { say } from "../shared/words/dictionary";
import { useWords } from "../shared/words/language";
import classes from "./desk.module.css";
import { deskWords } from "./words";

const categories: Category[] = ["fault", "question", "setup", "change", "performance", "other"];

const MAX_REASON = 500;

/** What was entered. */
export interface Reason {
	category: Category;
	text: string;
}

/** Reads the fields of a submitted form. */
export function reasonOf(event: FormEvent<HTMLFormElement>): Reason {
	return {
		category: field(event, "reason.category") as Category,
		text: field(event, "reason.text"),
	};
}

interface ReasonFieldsProps {
	error: string | undefined;
	/** The category to start with. */
	category?: string | undefined;
	/** The sentence to start with, e.g. what the request is about. */
	text?: string | undefined;
	autoFocus?: boolean;
}

export function ReasonFields({ error, category, text, autoFocus = false }: ReasonFieldsProps) {
	const t = useWords(deskWords);
	const visit = useWords(visitWords);
	return (
		<div className={classes.pair}>
			<NativeSelect
				name="reason.category"
				label={t.category}
				size="md"
				defaultValue={category}
				data={categories.map((value) => ({ value, label: say(visit, `cat_${value}`) }))}
			/>
			<TextInput
				name="reason.text"
				label={t.reason}
				description={t.reasonHint}
				inputWrapperOrder={["label", "input", "description", "error"]}
				autoComplete="off"
				autoFocus={autoFocus}
				defaultValue={text?.slice(0, MAX_REASON)}
				maxLength={MAX_REASON}
				size="md"
				error={error}
			/>
		</div>
	);
}

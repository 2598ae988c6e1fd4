// The field a PIN is typed into: groups by itself, sees a typing slip before anything is sent.
import { TextInput } from "@mantine/core";
import type { RefObject } from "react";
import { grouped, judge, PIN_DIGITS } from "../shared/pin/damm";
import { useLanguage, useWords } from "../shared/words/language";
import { codeText } from "../shared/words/refusals";
import classes from "./desk.module.css";
import { deskWords } from "./words";

interface PinFieldProps {
	ref?: RefObject<HTMLInputElement | null>;
	digits: string;
	/** Picking a contact leads straight here. */
	autoFocus: boolean;
	/** The form was sent without a whole PIN. */
	asked: boolean;
	onDigits(typed: string): void;
}

export function PinField({ ref, digits, autoFocus, asked, onDigits }: PinFieldProps) {
	const t = useWords(deskWords);
	const { language } = useLanguage();
	const verdict = judge(digits);
	const missing = PIN_DIGITS - digits.length;
	const short = asked && verdict !== "plausible" && verdict !== "mistyped";
	const error =
		verdict === "mistyped"
			? codeText("pin.mistyped", "", language)
			: short
				? t.pinShort(missing)
				: undefined;
	return (
		<TextInput
			ref={ref}
			name="digits"
			label={t.pin}
			description={verdict === "plausible" ? `✓ ${t.pinPlausible}` : t.pinHint}
			inputWrapperOrder={["label", "input", "description", "error"]}
			className={classes.pinInput}
			inputMode="numeric"
			autoComplete="off"
			autoFocus={autoFocus}
			// Letters and signs are never meant for it: they stay the desk's keys (see keyboard.ts).
			data-digits-only
			onKeyDown={(event) => {
				if (event.key === "Escape") event.currentTarget.blur();
			}}
			value={grouped(digits)}
			error={error}
			onChange={(event) => onDigits(event.currentTarget.value)}
		/>
	);
}

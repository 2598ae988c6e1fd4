// The Damm check digit, so that a mistyped PIN is seen before it is sent. Pure.

const TABLE = [
	[0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
	[7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
	[4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
	[1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
	[6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
	[3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
	[5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
	[8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
	[9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
	[2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
] as const;

/** Digits of a PIN: eight and the check digit. */
export const PIN_DIGITS = 9;

/** The check digit of a row of digits. */
export function damm(digits: string): number {
	let interim = 0;
	for (const digit of digits) interim = TABLE[interim]?.[Number(digit)] ?? 0;
	return interim;
}

/** What can be said about typed digits without asking the server. */
export type Typed = "empty" | "short" | "mistyped" | "plausible";

/** Judges what was typed; spaces and other marks do not count. */
export function judge(typed: string): Typed {
	const digits = onlyDigits(typed);
	if (digits.length === 0) return "empty";
	if (digits.length < PIN_DIGITS) return "short";
	return digits.length === PIN_DIGITS && damm(digits) === 0 ? "plausible" : "mistyped";
}

/** Keeps the digits, at most nine. */
export function onlyDigits(typed: string): string {
	return typed.replaceAll(/\D/g, "").slice(0, PIN_DIGITS);
}

/** "123 456 789" */
export function grouped(digits: string): string {
	return digits.replaceAll(/(\d{3})(?=\d)/g, "$1 ");
}

// A dictionary in two languages. A key that one of them lacks does not pass the type check.
import type { Language } from "../api/types";

type Text = string | ((...args: never[]) => string);

/** The same keys, each a text or a function of the same arguments. */
export type Same<T> = {
	[K in keyof T]: T[K] extends (...args: infer A) => string ? (...args: A) => string : string;
};

/** Both languages of one feature. */
export type Dictionary<T> = Record<Language, Same<T>>;

/** Pairs the German words of a feature with its English ones. */
export function words<T extends Record<string, Text>>(de: T, en: Same<T>): Dictionary<T> {
	return { de: de as unknown as Same<T>, en };
}

/**
 * The word for a word of the server, as "cat_fault" for the category `fault`. An unknown one is shown
 * as it came: better a raw word than a page that breaks when the server learns a new one.
 */
export function say<T>(texts: Same<T>, key: string): string {
	const found = (texts as Record<string, unknown>)[key];
	return typeof found === "string" ? found : key.slice(key.indexOf("_") + 1);
}

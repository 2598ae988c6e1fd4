// The page's language: the signed-in person's, else what was chosen here, else the browser's.
import {
	createContext,
	type ReactNode,
	useCallback,
	useContext,
	useEffect,
	useMemo,
	useState,
} from "react";
import type { Language } from "../api/types";
import type { Dictionary, Same } from "./dictionary";

const STORED = "pforte-language";

interface LanguageChoice {
	language: Language;
	choose(language: Language): void;
}

const Chosen = createContext<LanguageChoice>({ language: "de", choose: () => {} });

/** German for browsers that prefer it, English for all others. */
export function preferred(languages: readonly string[], stored: string | null): Language {
	if (stored === "de" || stored === "en") return stored;
	for (const tag of languages) {
		if (tag.toLowerCase().startsWith("de")) return "de";
		if (tag.toLowerCase().startsWith("en")) return "en";
	}
	return "en";
}

function stored(): string | null {
	try {
		return localStorage.getItem(STORED);
	} catch {
		return null;
	}
}

export function LanguageProvider({ children }: { children: ReactNode }) {
	const [language, setLanguage] = useState(() => preferred(navigator.languages, stored()));
	useEffect(() => {
		document.documentElement.lang = language;
	}, [language]);
	const choose = useCallback((next: Language) => {
		setLanguage(next);
		try {
			localStorage.setItem(STORED, next);
		} catch {
			// No storage: the choice lasts as long as the page.
		}
	}, []);
	const choice = useMemo(() => ({ language, choose }), [language, choose]);
	return <Chosen value={choice}>{children}</Chosen>;
}

export function useLanguage(): LanguageChoice {
	return useContext(Chosen);
}

/** The words of a feature in the page's language. */
export function useWords<T>(dictionary: Dictionary<T>): Same<T> {
	return dictionary[useLanguage().language];
}

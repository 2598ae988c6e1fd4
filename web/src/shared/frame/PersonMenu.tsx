// Who is signed in, and the few things that concern only them.
import { useMantineColorScheme } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";
import { api, ask } from "../api/client";
import { keys } from "../api/keys";
import type { Language, Me } from "../api/types";
import { forgetWriting } from "../ticket/forget";
import { useLanguage, useWords } from "../words/language";
import { Menu } from "./Menu";
import { frameWords } from "./words";

/** Ends this sign-in and forgets everything cached. */
export function useSignOut(): () => Promise<void> {
	const client = useQueryClient();
	const navigate = useNavigate();
	return async () => {
		await ask(api.POST("/sign-out"));
		forgetWriting();
		client.setQueryData(keys.me, null);
		client.removeQueries({ predicate: (query) => query.queryKey[0] !== "me" });
		navigate("/sign-in");
	};
}

/** Changes the page's language and the one mails are written in. */
export function useLanguageSwitch(): (language: Language) => void {
	const client = useQueryClient();
	const { choose } = useLanguage();
	return (language) => {
		choose(language);
		ask(api.PATCH("/me", { body: { language } })).then(
			(me) => client.setQueryData(keys.me, me),
			() => {},
		);
	};
}

export function PersonMenu({ me }: { me: Me }) {
	const t = useWords(frameWords);
	const { language } = useLanguage();
	const switchTo = useLanguageSwitch();
	const scheme = useMantineColorScheme({ keepTransitions: true });
	const signOut = useSignOut();
	const navigate = useNavigate();
	const settings = me.kind === "contact" ? "/settings" : "/desk/settings";
	const lines = [
		{ text: t.settings, run: () => navigate(settings) },
		...(me.kind === "contact"
			? [{ text: t.supportSettings, run: () => navigate("/settings/support") }]
			: []),
		{
			text: language === "de" ? "English" : "Deutsch",
			run: () => switchTo(language === "de" ? "en" : "de"),
		},
		{
			text: t.theme,
			run: () => {
				const dark = document.documentElement.dataset.mantineColorScheme === "dark";
				scheme.setColorScheme(dark ? "light" : "dark");
			},
		},
		{ text: t.signOut, run: () => void signOut(), apart: true },
	];
	return (
		<Menu label={t.signedInAs(me.name)} face={<span aria-hidden="true">☰</span>} lines={lines} />
	);
}

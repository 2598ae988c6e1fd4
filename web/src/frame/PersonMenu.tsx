// Who is signed in, and the few things that concern only them.
import { Button, Menu, useMantineColorScheme } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";
import { api, ask } from "../api/client";
import { keys } from "../api/keys";
import type { Language, Me } from "../api/types";
import { forgetWriting } from "../request/forget";
import { useLanguage, useWords } from "../words/language";
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
	return (
		<Menu position="bottom-end" shadow="md" width={240} returnFocus>
			<Menu.Target>
				<Button variant="default" size="sm" aria-label={t.signedInAs(me.name)}>
					<span aria-hidden="true">☰</span>
				</Button>
			</Menu.Target>
			<Menu.Dropdown>
				<Menu.Label>{t.signedInAs(me.name)}</Menu.Label>
				<Menu.Item onClick={() => navigate(settings)}>{t.settings}</Menu.Item>
				{me.kind === "contact" ? (
					<Menu.Item onClick={() => navigate("/settings/support")}>{t.supportSettings}</Menu.Item>
				) : null}
				<Menu.Item onClick={() => switchTo(language === "de" ? "en" : "de")}>
					{language === "de" ? "English" : "Deutsch"}
				</Menu.Item>
				<Menu.Item
					onClick={() =>
						scheme.setColorScheme(
							document.documentElement.dataset.mantineColorScheme === "dark" ? "light" : "dark",
						)
					}
				>
					{t.theme}
				</Menu.Item>
				<Menu.Divider />
				<Menu.Item onClick={() => void signOut()}>{t.signOut}</Menu.Item>
			</Menu.Dropdown>
		</Menu>
	);
}

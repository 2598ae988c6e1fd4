// How the pages are built: React, one style sheet of theme variables made from `src/shared/theme.ts`,
// no inlined assets, each file packed beside itself (the server's content security policy allows only files of its own).
import {
	convertCssVariables,
	DEFAULT_THEME,
	defaultCssVariablesResolver,
	mergeMantineTheme,
} from "@mantine/core";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import { heads } from "./build/heads.ts";
import { pack } from "./build/pack.ts";
import { theme } from "./src/shared/theme.ts";

const THEME_ID = "virtual:theme.css";

/** Mantine would write these variables into a `<style>` at run time, which the policy forbids. */
function themeVariables(): Plugin {
	return {
		name: "pforte-theme-variables",
		resolveId: (id) => (id === THEME_ID ? `\0${THEME_ID}` : undefined),
		load(id) {
			if (id !== `\0${THEME_ID}`) return undefined;
			const ours = defaultCssVariablesResolver(mergeMantineTheme(DEFAULT_THEME, theme));
			const usual = defaultCssVariablesResolver(DEFAULT_THEME);
			for (const part of ["variables", "light", "dark"] as const) {
				const mine = ours[part] as Record<string, string>;
				for (const [name, value] of Object.entries(usual[part])) {
					if (mine[name] === value) delete mine[name];
				}
			}
			return convertCssVariables(ours, ":root");
		},
	};
}

/** The pages are designed on `pforte demo`; it takes changes from its own pages only, and these are. */
const demo = new URL(process.env.PFORTE ?? "http://pforte.localhost:7000");
const asOurs = { host: demo.host, origin: demo.origin };

export default defineConfig({
	plugins: [react(), themeVariables(), heads(), pack()],
	build: { assetsInlineLimit: 0, target: "es2022", modulePreload: { polyfill: false } },
	server: {
		host: "127.0.0.1",
		proxy: { "/api": { target: `http://127.0.0.1:${demo.port}`, headers: asOurs } },
	},
	test: {
		environment: "happy-dom",
		setupFiles: ["./test/setup.ts"],
		css: false,
		restoreMocks: true,
	},
});

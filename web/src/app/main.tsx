// Starts the pages: theme, language, cached answers, live changes, routes.
import "../shared/fonts.css";
import "../shared/mantine.css";
import "virtual:theme.css";
import "../shared/styles.css";
import "../shared/print.css";
import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter } from "react-router";
import { queryClient } from "../shared/api/cache";
import { askEarly } from "../shared/api/me";
import { theme } from "../shared/theme";
import { LanguageProvider } from "../shared/words/language";
import { App } from "./app";

const root = document.getElementById("root");
if (root) {
	const client = queryClient();
	askEarly(client, location.pathname);
	createRoot(root).render(
		<StrictMode>
			<MantineProvider
				theme={theme}
				defaultColorScheme="auto"
				withCssVariables={false}
				withGlobalClasses={false}
			>
				<QueryClientProvider client={client}>
					<LanguageProvider>
						<BrowserRouter>
							<App />
						</BrowserRouter>
					</LanguageProvider>
				</QueryClientProvider>
			</MantineProvider>
		</StrictMode>,
	);
}

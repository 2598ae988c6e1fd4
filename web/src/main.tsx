// Starts the pages: theme, language, cached answers, live changes, routes.
import "./fonts.css";
import "./mantine.css";
import "virtual:theme.css";
import "./styles.css";
import "./print.css";
import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter } from "react-router";
import { queryClient } from "./api/cache";
import { askEarly } from "./api/me";
import { App } from "./app";
import { theme } from "./theme";
import { LanguageProvider } from "./words/language";

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

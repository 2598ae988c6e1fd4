// Sets light or dark before the first paint. A file, not an inline script: the policy forbids those.
(() => {
	let chosen = null;
	try {
		chosen = localStorage.getItem("mantine-color-scheme-value");
	} catch {
		// No storage: follow the system.
	}
	const dark =
		chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
	document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
})();

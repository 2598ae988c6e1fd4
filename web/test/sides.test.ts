// The pages' floors: the two sides do not know each other, and what they share knows neither.
import { describe, expect, test } from "vitest";

const sources = import.meta.glob<string>("../src/**/*.{ts,tsx}", {
	eager: true,
	query: "?raw",
	import: "default",
});

/** What each may import from, beside itself. */
const BELOW: Record<string, readonly string[]> = {
	app: ["portal", "desk", "shared"],
	portal: ["shared"],
	desk: ["shared"],
	shared: [],
};

/** The side of each import of a file, by `from "…"` and `import("…")`. */
function imported(file: string, text: string): string[] {
	const specs = [...text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]*)"/g)].map((match) => match[1]);
	return specs.map(
		(spec) => new URL(spec ?? "", `file:///${file.slice(3)}`).pathname.split("/")[2] ?? "",
	);
}

describe("imports", () => {
	test.each(Object.keys(BELOW))("of %s point down", (side) => {
		const own = Object.entries(sources).filter(([file]) => file.startsWith(`../src/${side}/`));
		expect(own.length).toBeGreaterThan(3);
		const wrong = own.flatMap(([file, text]) =>
			imported(file, text)
				.filter((to) => to !== side && !BELOW[side]?.includes(to))
				.map((to) => `${file} imports ${to}`),
		);
		expect(wrong).toEqual([]);
	});
});

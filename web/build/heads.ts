// What each side's first screen needs is named in its page's head, so that the browser asks for all of it
// at once instead of finding one file in the other: `index.html` for the portal, `desk.html` for the desk.
import { posix } from "node:path";
import type { Plugin, Rolldown } from "vite";

interface Side {
	page: string;
	/** The modules that the first screen is made of. */
	modules: string[];
}

const SIDES: Side[] = [
	{ page: "index.html", modules: ["/src/portal/Portal.tsx"] },
	{ page: "desk.html", modules: ["/src/desk/Desk.tsx"] },
];

/** Both faces stand in the first lines of every page; their other files come when a letter needs them. */
const FONTS = /(hyperlegible-next|literata)-latin-(wght|500)-normal.*\.woff2$/;

export function heads(): Plugin {
	return {
		name: "pforte-heads",
		generateBundle: {
			order: "post",
			handler(_, bundle) {
				const built = bundle["index.html"];
				if (built?.type !== "asset") return;
				const html = String(built.source);
				for (const { page, modules } of SIDES) {
					const source = html.replace("</head>", `${links(bundle, modules, html)}\n  </head>`);
					if (page === "index.html") built.source = source;
					else this.emitFile({ type: "asset", fileName: page, source });
				}
			},
		},
	};
}

function links(bundle: Rolldown.OutputBundle, modules: string[], html: string): string {
	const scripts = new Set<string>();
	const styles = new Set<string>();
	const visit = (file: string) => {
		const chunk = bundle[file];
		if (chunk?.type !== "chunk" || scripts.has(file)) return;
		scripts.add(file);
		for (const style of chunk.viteMetadata?.importedCss ?? []) styles.add(style);
		for (const next of chunk.imports) visit(next);
	};
	for (const [file, chunk] of Object.entries(bundle)) {
		const id = chunk.type === "chunk" ? (chunk.facadeModuleId ?? "") : "";
		if (modules.some((module) => id.endsWith(module))) visit(file);
	}
	if (scripts.size === 0) throw new Error(`no chunk of ${modules.join(", ")}`);
	const fonts = Object.keys(bundle).filter((file) => FONTS.test(posix.basename(file)));
	const told = (file: string) => html.includes(`"/${file}"`);
	return [
		...fonts.map(
			(f) => `<link rel="preload" as="font" type="font/woff2" href="/${f}" crossorigin>`,
		),
		...[...styles]
			.filter((f) => !told(f))
			.map((f) => `<link rel="stylesheet" crossorigin href="/${f}">`),
		...[...scripts]
			.filter((f) => !told(f))
			.map((f) => `<link rel="modulepreload" crossorigin href="/${f}">`),
	]
		.map((link) => `    ${link}`)
		.join("\n");
}

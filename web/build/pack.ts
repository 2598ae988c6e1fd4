// Packs what was built, once and as small as it gets: `x.js` gets `x.js.br` and `x.js.gz` beside it, which
// the server sends to whoever takes them. Fonts are packed already.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Plugin } from "vite";

const TEXT = /\.(js|css|html|svg)$/;

export function pack(): Plugin {
	let folder = "";
	return {
		name: "pforte-pack",
		apply: "build",
		configResolved(config) {
			folder = join(config.root, config.build.outDir);
		},
		// After everything is written, the files of `public/` among it.
		closeBundle() {
			for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
				if (!entry.isFile() || !TEXT.test(entry.name)) continue;
				const path = join(entry.parentPath, entry.name);
				const plain = readFileSync(path);
				write(`${path}.gz`, gzipSync(plain, { level: 9 }), plain.length);
				write(`${path}.br`, brotli(plain), plain.length);
			}
		},
	};
}

function brotli(plain: Buffer): Buffer {
	return brotliCompressSync(plain, {
		params: {
			[constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
			[constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
			[constants.BROTLI_PARAM_SIZE_HINT]: plain.length,
		},
	});
}

function write(path: string, packed: Buffer, plain: number): void {
	if (packed.length < plain) writeFileSync(path, packed);
}

// The key for an authenticator app, drawn and as text.
import qrcode from "qrcode-generator";
import { useMemo } from "react";
import { Secret } from "../frame/Secret";
import { useWords } from "../words/language";
import { settingsWords } from "./words";

const QUIET = 4;

/** The dark squares of a QR code as one SVG path, and its size with the quiet zone. */
export function qrPath(text: string): { path: string; size: number } {
	const code = qrcode(0, "M");
	code.addData(text);
	code.make();
	const count = code.getModuleCount();
	let path = "";
	for (let row = 0; row < count; row += 1) {
		for (let column = 0; column < count; column += 1) {
			if (code.isDark(row, column)) path += `M${column + QUIET} ${row + QUIET}h1v1h-1z`;
		}
	}
	return { path, size: count + 2 * QUIET };
}

export function TotpCode({ url }: { url: string }) {
	const t = useWords(settingsWords);
	const { path, size } = useMemo(() => qrPath(url), [url]);
	const secret = new URLSearchParams(url.split("?")[1] ?? "").get("secret") ?? "";
	return (
		<div className="stack">
			<svg
				viewBox={`0 0 ${size} ${size}`}
				width={208}
				height={208}
				role="img"
				aria-label={t.qr}
				shapeRendering="crispEdges"
			>
				<rect width={size} height={size} fill="#fff" />
				<path d={path} fill="#000" />
			</svg>
			<Secret label={t.totpScan} value={secret.replaceAll(/(.{4})(?=.)/g, "$1 ")} />
			<a href={url}>{t.totpOpen}</a>
		</div>
	);
}

// A picked picture, small. Drawn, because the page's policy allows no pictures but the server's own.
import { useEffect, useRef, useState } from "react";
import classes from "./ticket.module.css";

const KINDS = ["image/png", "image/jpeg", "image/gif", "image/webp"];
const SIDE = 96;

/** Nothing for what is no picture, or cannot be drawn here; the name stands beside it anyway. */
export function Preview({ file }: { file: File }) {
	const canvas = useRef<HTMLCanvasElement>(null);
	const [drawn, setDrawn] = useState(false);
	const picture = KINDS.includes(file.type) && file.size > 0;
	useEffect(() => {
		if (!picture || typeof createImageBitmap !== "function") return;
		let gone = false;
		createImageBitmap(file).then(
			(bitmap) => {
				if (!gone && canvas.current) setDrawn(draw(canvas.current, bitmap));
				bitmap.close();
			},
			() => {},
		);
		return () => {
			gone = true;
		};
	}, [file, picture]);
	if (!picture) return null;
	return <canvas ref={canvas} className={classes.preview} hidden={!drawn} />;
}

/** Fills a square with the picture's middle. */
function draw(canvas: HTMLCanvasElement, bitmap: ImageBitmap): boolean {
	const context = canvas.getContext("2d");
	if (!context) return false;
	canvas.width = SIDE;
	canvas.height = SIDE;
	const scale = SIDE / Math.min(bitmap.width, bitmap.height);
	const width = bitmap.width * scale;
	const height = bitmap.height * scale;
	context.drawImage(bitmap, (SIDE - width) / 2, (SIDE - height) / 2, width, height);
	return true;
}

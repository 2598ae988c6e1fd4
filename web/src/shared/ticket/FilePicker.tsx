// Attaching files: by button, by drop and by paste. What is wrong with one stands beside it.
import { Button } from "@mantine/core";
import { type ChangeEvent, type ClipboardEvent, type DragEvent, useRef, useState } from "react";
import { codeOf } from "../api/problem";
import { MAX_FILE_BYTES, MAX_FILES } from "../api/upload";
import { useLanguage, useWords } from "../words/language";
import { useRefusal } from "../words/refusals";
import { size } from "./clocks";
import { Preview } from "./Preview";
import classes from "./ticket.module.css";
import type { Files, PickedFile } from "./useFiles";
import { ticketWords } from "./words";

/** Handlers for the element that files may be dropped on or pasted into. */
export function useDropAndPaste(add: (files: readonly File[]) => void) {
	const [over, setOver] = useState(false);
	const holdsFiles = (event: DragEvent) => [...event.dataTransfer.types].includes("Files");
	return {
		over,
		handlers: {
			onPaste(event: ClipboardEvent) {
				const files = [...event.clipboardData.files];
				if (files.length === 0) return;
				event.preventDefault();
				add(files);
			},
			onDragOver(event: DragEvent) {
				if (!holdsFiles(event)) return;
				event.preventDefault();
				setOver(true);
			},
			onDragLeave(event: DragEvent) {
				const to = event.relatedTarget;
				if (!(to instanceof Node && event.currentTarget.contains(to))) setOver(false);
			},
			onDrop(event: DragEvent) {
				if (!holdsFiles(event)) return;
				event.preventDefault();
				setOver(false);
				add([...event.dataTransfer.files]);
			},
		},
	};
}

interface AttachButtonProps {
	files: Files;
	/** Where it is the main thing to press. */
	prominent?: boolean;
}

export function AttachButton({ files, prominent = false }: AttachButtonProps) {
	const t = useWords(ticketWords);
	const input = useRef<HTMLInputElement>(null);
	const onChange = (event: ChangeEvent<HTMLInputElement>) => {
		files.add([...(event.currentTarget.files ?? [])]);
		event.currentTarget.value = "";
	};
	return (
		<>
			<input
				ref={input}
				type="file"
				multiple
				hidden
				onChange={onChange}
				aria-label={t.attach}
				data-testid="file-input"
			/>
			<Button
				variant={prominent ? "default" : "subtle"}
				size={prominent ? "sm" : "compact-md"}
				title={t.attachHint}
				onClick={() => input.current?.click()}
			>
				{t.attach}
			</Button>
		</>
	);
}

export function PickedFiles({ files }: { files: Files }) {
	if (files.files.length === 0) return null;
	return (
		<ul className={`plain-list ${classes.picked}`} data-testid="picked">
			{files.files.map((one) => (
				<PickedLine key={one.key} one={one} files={files} />
			))}
		</ul>
	);
}

function PickedLine({ one, files }: { one: PickedFile; files: Files }) {
	const t = useWords(ticketWords);
	const { language } = useLanguage();
	const why = useWhyNot();
	const name = one.file.name;
	const percent = Math.floor(one.share * 100);
	const passing = one.error && codeOf(one.error) === "network";
	return (
		<li className={classes.pickedLine} data-failed={one.error ? true : undefined}>
			<span className={classes.pickedName}>
				<Preview file={one.file} />
				<span className={classes.fileName}>{name}</span>
			</span>
			<span className="soft small">
				{one.attachment || one.file.size > 0
					? size(one.attachment?.size_bytes ?? one.file.size, language)
					: null}
			</span>
			<span className={classes.pickedState}>
				{one.attachment ? <span aria-hidden="true">✓</span> : null}
				{!one.attachment && !one.error ? (
					<progress
						className={classes.progress}
						value={one.share}
						max={1}
						aria-label={t.uploading(name, percent)}
					/>
				) : null}
				{passing ? (
					<Button variant="subtle" size="compact-sm" onClick={() => files.retry(one.key)}>
						{t.retry}
					</Button>
				) : null}
				<Button
					variant="subtle"
					size="compact-sm"
					aria-label={t.remove(name)}
					onClick={() => files.remove(one.key)}
				>
					<span aria-hidden="true">✕</span>
				</Button>
			</span>
			{one.error ? (
				<span className={`danger small ${classes.pickedWhy}`} role="alert">
					{why(one.error)}
				</span>
			) : null}
		</li>
	);
}

/** Sizes and counts are said with their limit. */
function useWhyNot(): (error: unknown) => string {
	const t = useWords(ticketWords);
	const { language } = useLanguage();
	const refusal = useRefusal();
	return (error) => {
		const code = codeOf(error);
		if (code === "attachment.too_large") return t.tooLarge(size(MAX_FILE_BYTES, language));
		if (code === "attachment.too_many") return t.tooMany(MAX_FILES);
		if (code === "attachment.empty") return t.emptyFile;
		if (code === "attachment.interrupted") return t.interrupted;
		return refusal(error);
	};
}

// Customers and contacts out of a file: look first, then import. A wrong line stops all of it.
import { Button, FileInput, SegmentedControl } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { api, ask } from "../../shared/api/client";
import type { ImportFlaw, ImportReport } from "../../shared/api/types";
import { Refused } from "../../shared/frame/states";
import { useTitle } from "../../shared/frame/title";
import { say } from "../../shared/words/dictionary";
import { useWords } from "../../shared/words/language";
import classes from "./admin.module.css";
import { manageWords } from "./manageWords";
import { useProducts } from "./queries";

type What = "customers" | "contacts";

interface Ask {
	what: What;
	file: File;
	dry_run: boolean;
}

async function send({ what, file, dry_run }: Ask): Promise<ImportReport> {
	// The file is the body itself, and is read on the server: its encoding is not ours to guess.
	const options = {
		params: { query: { dry_run } },
		body: file as unknown as number[],
		bodySerializer: (body: unknown) => body as Blob,
		headers: { "content-type": "text/csv" },
	};
	return what === "customers"
		? ask(api.POST("/imports/customers", options))
		: ask(api.POST("/imports/contacts", options));
}

export default function Import() {
	const t = useWords(manageWords);
	const client = useQueryClient();
	const products = useProducts();
	const [what, setWhat] = useState<What>("customers");
	const [file, setFile] = useState<File | null>(null);
	useTitle(t.importTitle);
	const look = useMutation({ mutationFn: send });
	const take = useMutation({
		mutationFn: send,
		onSuccess: () => client.invalidateQueries({ queryKey: ["customers"] }),
	});
	const anew = () => {
		look.reset();
		take.reset();
	};
	const users = (products.data ?? []).map((product) => `, ${t.user(product.name)}`).join("");
	const report = take.data ?? look.data;
	const ready = look.data && !take.data && look.data.counts.wrong === 0;
	return (
		<div className={`stack ${classes.page}`}>
			<p className="small">
				<Link to="/desk/customers">← {t.toList}</Link>
			</p>
			<h1>{t.importTitle}</h1>
			<SegmentedControl
				aria-label={t.what}
				value={what}
				onChange={(value) => {
					setWhat(value as What);
					anew();
				}}
				data={[
					{ value: "customers", label: t.customers },
					{ value: "contacts", label: t.contacts },
				]}
			/>
			<p className="soft">{what === "customers" ? t.customerColumns : t.contactColumns(users)}</p>
			<FileInput
				label={t.file}
				placeholder={t.choose}
				description={t.fileHint}
				accept=".csv,.txt,.tsv,text/csv"
				value={file}
				clearable
				clearButtonProps={{ "aria-label": t.clearFile }}
				onChange={(chosen) => {
					setFile(chosen);
					anew();
				}}
			/>
			<div className="row">
				<Button
					variant={ready ? "default" : "filled"}
					disabled={!file}
					loading={look.isPending}
					onClick={() => {
						anew();
						if (file) look.mutate({ what, file, dry_run: true });
					}}
				>
					{t.look}
				</Button>
				{ready && file ? (
					<Button
						loading={take.isPending}
						onClick={() => take.mutate({ what, file, dry_run: false })}
					>
						{t.take}
					</Button>
				) : null}
			</div>
			<Refused error={take.error ?? look.error} />
			<div aria-live="polite">{report ? <Report report={report} /> : null}</div>
		</div>
	);
}

function Report({ report }: { report: ImportReport }) {
	const t = useWords(manageWords);
	const separator = report.separator === "\t" ? t.tab : t.quoted(report.separator);
	return (
		<div className="sheet stack">
			{report.done ? <p>● {t.imported}</p> : null}
			<p className={classes.counts}>
				{(["added", "changed", "same", "waits"] as const).map((name) =>
					report.counts[name] > 0 ? (
						<span key={name}>{t[`count_${name}`](report.counts[name])}</span>
					) : null,
				)}
				{report.counts.wrong > 0 ? (
					<span data-wrong>✕ {t.count_wrong(report.counts.wrong)}</span>
				) : null}
			</p>
			{report.stopped ? <p role="alert">{t.stopped(report.stopped.line)}</p> : null}
			{!report.done && !report.stopped ? (
				<p className="soft">{report.counts.wrong > 0 ? t.wrongText : t.nothingYet}</p>
			) : null}
			{report.flaws.length > 0 ? <Flaws report={report} /> : null}
			{report.codes.length > 0 ? <Codes report={report} /> : null}
			{report.preview.length > 0 && report.codes.length === 0 ? <Preview report={report} /> : null}
			<p className="soft small">
				{t.readAs(report.encoding, separator)}{" "}
				{report.unknown_columns.length > 0 ? t.unknown(report.unknown_columns.join(", ")) : ""}
			</p>
		</div>
	);
}

/** What to do, in the reader's language; a code that is new here says it in English. */
function flawText(t: Record<string, unknown>, flaw: ImportFlaw): string {
	const text = t[flaw.code];
	return typeof text === "string" ? text : flaw.detail;
}

function Flaws({ report }: { report: ImportReport }) {
	const t = useWords(manageWords);
	const more = report.counts.wrong - report.flaws.length;
	return (
		<div className={classes.scroll}>
			<table className={classes.table}>
				<thead>
					<tr>
						<th scope="col">{t.line}</th>
						<th scope="col">{t.column}</th>
						<th scope="col">{t.flaw}</th>
					</tr>
				</thead>
				<tbody>
					{report.flaws.map((flaw) => (
						<tr key={`${flaw.line} ${flaw.code}`}>
							<td>{flaw.line}</td>
							<td>{flaw.column ?? ""}</td>
							<td>{flawText(t, flaw)}</td>
						</tr>
					))}
				</tbody>
			</table>
			{more > 0 ? <p className="soft">{t.more(more)}</p> : null}
		</div>
	);
}

function Preview({ report }: { report: ImportReport }) {
	const t = useWords(manageWords);
	const more = report.lines - report.counts.wrong - report.preview.length;
	return (
		<div className={classes.scroll}>
			<table className={classes.table}>
				<caption className="soft small">{t.preview}</caption>
				<thead>
					<tr>
						<th scope="col">{t.line}</th>
						<th scope="col">{t.name}</th>
						<th scope="col">{t.becomes}</th>
					</tr>
				</thead>
				<tbody>
					{report.preview.map((line) => (
						<tr key={line.line}>
							<td>{line.line}</td>
							<td>{line.name}</td>
							<td>{say(t, `becomes_${line.becomes}`)}</td>
						</tr>
					))}
				</tbody>
			</table>
			{more > 0 ? <p className="soft">{t.more(more)}</p> : null}
		</div>
	);
}

function Codes({ report }: { report: ImportReport }) {
	const t = useWords(manageWords);
	return (
		<section aria-labelledby="codes" className="stack-close">
			<h2 id="codes">{t.codes}</h2>
			<p>{t.codesHint}</p>
			<div className={classes.scroll}>
				<table className={classes.table}>
					<tbody>
						{report.codes.map((one) => (
							<tr key={one.line}>
								<th scope="row">{one.name}</th>
								<td>
									<code>{one.activation_code}</code>
								</td>
							</tr>
						))}
					</tbody>
				</table>
			</div>
		</section>
	);
}

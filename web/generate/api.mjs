// Writes what the pages have from the API's document: the types of its client, and the sentences of doors that
// stay shut. The document's operation ids are left out: the client goes by path and method, and two operations
// may carry the same id.
import { readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString, COMMENT_HEADER } from "openapi-typescript";

const source = new URL("../../docs/openapi.json", import.meta.url);

const document = JSON.parse(readFileSync(source, "utf8"));
for (const path of Object.values(document.paths)) {
	for (const operation of Object.values(path)) delete operation.operationId;
}
const made = {
	"api/schema.d.ts": COMMENT_HEADER + astToString(await openapiTS(document)),
	"words/decisions.json": `${JSON.stringify(document["x-decisions"], null, "\t")}\n`,
};
for (const [name, text] of Object.entries(made)) {
	const target = new URL(`../src/shared/${name}`, import.meta.url);
	if (!process.argv.includes("--check")) {
		writeFileSync(target, text);
	} else if (readFileSync(target, "utf8") !== text) {
		console.error(`src/shared/${name} is stale: run \`npm run api\` and commit it.`);
		process.exit(1);
	}
}

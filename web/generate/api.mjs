// Writes the types of the API client from the API's document. The document's operation ids are left
// out: the client goes by path and method, and two operations may carry the same id.
import { readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString, COMMENT_HEADER } from "openapi-typescript";

const source = new URL("../../docs/openapi.json", import.meta.url);
const target = new URL("../src/api/schema.d.ts", import.meta.url);

const document = JSON.parse(readFileSync(source, "utf8"));
for (const path of Object.values(document.paths)) {
	for (const operation of Object.values(path)) delete operation.operationId;
}
const text = COMMENT_HEADER + astToString(await openapiTS(document));
if (process.argv.includes("--check")) {
	if (readFileSync(target, "utf8") !== text) {
		console.error("src/api/schema.d.ts is stale: run `npm run api` and commit it.");
		process.exit(1);
	}
} else {
	writeFileSync(target, text);
}

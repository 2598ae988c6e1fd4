// A certificate authority for one test, made with the openssl command.
import { execFileSync } from "node:child_process";
import { createHash, createPublicKey } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const openssl = (args) => execFileSync("openssl", args, { stdio: ["ignore", "ignore", "pipe"] });
const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** A key and a certificate for these names, signed by an authority of its own. */
export function certify(dir, names) {
	const at = (name) => join(dir, name);
	const [ca, caKey, key, ask, certificate, extra] = [
		"ca.pem",
		"ca.key",
		"server.key",
		"server.csr",
		"server.pem",
		"server.ext",
	].map(at);
	const lifeless = ["-days", "2", "-sha256"];
	openssl([
		"req",
		"-x509",
		...newKey,
		...lifeless,
		"-subj",
		"/CN=Pforte test",
		"-keyout",
		caKey,
		"-out",
		ca,
	]);
	openssl(["req", ...newKey, "-subj", `/CN=${names[0]}`, "-keyout", key, "-out", ask]);
	const alternatives = names.map((name) => `DNS:${name}`).join(",");
	writeFileSync(extra, `subjectAltName=${alternatives}\nbasicConstraints=CA:FALSE\n`);
	const signed = ["-CA", ca, "-CAkey", caKey, "-CAcreateserial", "-extfile", extra];
	openssl(["x509", "-req", "-in", ask, ...signed, ...lifeless, "-out", certificate]);
	const spki = createPublicKey(readFileSync(certificate)).export({ type: "spki", format: "der" });
	return { ca, certificate, key, pin: createHash("sha256").update(spki).digest("base64") };
}

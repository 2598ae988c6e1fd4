// Letters for the bench: written and signed as a customer's mail server does, and handed over by LMTP.

import { createHash, createSign, generateKeyPairSync, randomBytes, randomUUID } from "node:crypto";
import net from "node:net";

const CRLF = "\r\n";

/** A signing key and the DNS record that tells of it. */
export function signingKeys(selector = "bench") {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const shared = publicKey.export({ type: "spki", format: "der" }).toString("base64");
  return { selector, privateKey, record: `v=DKIM1; k=rsa; p=${shared}` };
}

const lines = (bytes) => bytes.toString("base64").match(/.{1,76}/g).join(CRLF);

/** A letter with a text of about 2 KiB and a file of `fileBytes` random bytes, unlike any before. */
export function letter(from, to, fileBytes) {
  const boundary = `=_${randomUUID()}`;
  const words = Array.from({ length: 40 }, (_, n) => `Der Auftrag ${n} kommt doppelt an, Kennung ${randomUUID()}.`);
  const body = [
    `--${boundary}`, "Content-Type: text/plain; charset=utf-8", "", ...words,
    `--${boundary}`, "Content-Type: application/octet-stream", "Content-Transfer-Encoding: base64",
    'Content-Disposition: attachment; filename="auftrag.bin"', "", lines(randomBytes(fileBytes)),
    `--${boundary}--`, "",
  ].join(CRLF);
  const fields = [
    ["From", from], ["To", to], ["Subject", `Auftrag ${randomUUID()}`],
    ["Date", new Date().toUTCString().replace("GMT", "+0000")],
    ["Message-ID", `<${randomUUID()}@${from.split("@")[1]}>`],
    ["MIME-Version", "1.0"], ["Content-Type", `multipart/mixed; boundary="${boundary}"`],
  ];
  return { fields, body };
}

const SIGNED = ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"];

const relaxed = ([name, value]) => `${name.toLowerCase()}:${value.replaceAll(/\s+/g, " ").trim()}`;

/** The whole message with a DKIM signature, rsa-sha256, relaxed/simple (RFC 6376). */
export function signed({ fields, body }, keys) {
  const domain = fields[0][1].split("@")[1];
  const hash = createHash("sha256").update(body.replace(/(\r\n)*$/, CRLF)).digest("base64");
  const tags =
    `v=1; a=rsa-sha256; c=relaxed/simple; d=${domain}; s=${keys.selector}; ` +
    `t=${Math.floor(Date.now() / 1000)}; h=${SIGNED.join(":").toLowerCase()}; bh=${hash}; b=`;
  const picked = SIGNED.map((name) => relaxed(fields.find(([one]) => one === name)));
  const text = [...picked, relaxed(["DKIM-Signature", tags])].join(CRLF);
  const signature = createSign("sha256").update(text).sign(keys.privateKey, "base64");
  const head = [["DKIM-Signature", tags + signature], ...fields].map(([name, value]) => `${name}: ${value}`);
  return `${head.join(CRLF)}${CRLF}${CRLF}${body}`;
}

/** Hands one message over by LMTP, on a connection of its own; answers once it was taken. */
export function deliver(port, from, to, message) {
  const steps = [
    [/^220 /, "LHLO mx.provider.example"], [/^250 /m, `MAIL FROM:<${from}>`],
    [/^250 /, `RCPT TO:<${to}>`], [/^250 /, "DATA"],
    [/^354 /, `${message.replaceAll(/^\./gm, "..")}${CRLF}.`], [/^250 /, "QUIT"],
  ];
  return new Promise((done, failed) => {
    const socket = net.connect(port, "127.0.0.1");
    socket.setNoDelay(true);
    let said = "";
    let step = 0;
    socket.on("data", (text) => {
      said += text;
      // An answer of several lines is over at the line with a blank after its code.
      if (!/^\d{3} [^\n]*\n$/m.test(said)) return;
      if (step === steps.length) return;
      const [wanted, next] = steps[step];
      if (!wanted.test(said)) {
        socket.destroy();
        failed(new Error(`not taken: ${said}`));
        return;
      }
      step += 1;
      said = "";
      socket.write(next + CRLF);
      if (step === steps.length) {
        socket.end();
        done();
      }
    });
    socket.on("error", failed);
    socket.on("close", () => failed(new Error(`the connection was closed at step ${step}: ${said}`)));
  });
}

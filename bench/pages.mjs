// The pages as a phone far from town gets them: bytes, requests, until it can be used, how much it moves.
// Use: node bench/pages.mjs PROGRAM

import { createRequire } from "node:module";
import { call, startServer, stopServer } from "./lib/server.mjs";

const program = process.argv[2];
if (!program) throw new Error("name the program: node bench/pages.mjs target/release/pforte");
const ROUNDS = Number(process.env.ROUNDS ?? 3);

// Playwright is there for the browser tests.
const { chromium } = createRequire(new URL("../e2e/package.json", import.meta.url))("playwright-core");

/** What the throttled runs have: "slow 4G", and a processor four times slower than this one. */
const SLOW = { latency: 150, downloadThroughput: 1_600_000 / 8, uploadThroughput: 750_000 / 8 };
const CPU = 4;

/** The most that home may take. */
const MOST = { bytes: 250_000, millis: 3000, shift: 0.05 };

const PAGES = [
  { name: "home", who: "Marta Oduya", path: "/home", ready: "[data-testid=door][data-state=closed]" },
  { name: "home, opened again", who: "Marta Oduya", path: "/home", ready: "[data-testid=door][data-state=closed]", warm: true },
  { name: "requests", who: "Marta Oduya", path: "/requests", ready: "main h1" },
  { name: "sign-in", who: null, path: "/sign-in", ready: "input[name=password]" },
  { name: "desk", who: "Lena Brandt", path: "/desk", ready: "[role=combobox]" },
  { name: "queue", who: "Lena Brandt", path: "/desk/tickets", ready: "main h1" },
];

/** Runs in the page: when what `ready` names was there and the page answered, and all shifts until then. */
function watch(ready) {
  const seen = { readyAt: 0, shift: 0, moved: [] };
  globalThis.seen = seen;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (entry.hadRecentInput) continue;
      seen.shift += entry.value;
      seen.moved.push(...entry.sources.map(({ node }) => node?.className || node?.nodeName));
    }
  }).observe({ type: "layout-shift", buffered: true });
  const look = () => {
    if (!document.querySelector(ready)) return requestAnimationFrame(look);
    // A click would be answered from here on: nothing waits before it any more.
    requestIdleCallback(() => (seen.readyAt = performance.now()));
  };
  look();
}

async function measure(browser, server, { who, path, ready, warm }) {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: "de-DE" });
  if (who) await context.addCookies([await cookieOf(server, who)]);
  const page = await context.newPage();
  const seeing = await context.newCDPSession(page);
  await seeing.send("Network.enable");
  if (warm) {
    await page.goto(server.origin + path);
    await page.waitForSelector(ready);
    await page.waitForTimeout(1000);
  } else {
    await seeing.send("Network.setCacheDisabled", { cacheDisabled: true });
  }
  const asked = new Map();
  let bytes = 0;
  seeing.on("Network.requestWillBeSent", ({ requestId, request }) => asked.set(requestId, request));
  seeing.on("Network.loadingFinished", ({ encodedDataLength }) => (bytes += encodedDataLength));
  await seeing.send("Network.emulateNetworkConditions", { offline: false, ...SLOW });
  await seeing.send("Emulation.setCPUThrottlingRate", { rate: CPU });
  await page.addInitScript(watch, ready);
  await page.goto(server.origin + path, { waitUntil: "commit" });
  await page.waitForFunction(() => globalThis.seen?.readyAt > 0, null, { timeout: 60_000 });
  // What comes after, too: pages that are fetched ahead, answers that move what is there.
  await page.waitForTimeout(3000);
  const seen = await page.evaluate(() => globalThis.seen);
  const calls = [...asked.values()].filter(({ url }) => url.includes("/api/"));
  const names = calls.map(({ method, url }) => `${method} ${url.replace(`${server.origin}/api/v1`, "")}`);
  const twice = [...new Set(names.filter((name, place) => names.indexOf(name) !== place))];
  await context.close();
  return { bytes, requests: asked.size, millis: seen.readyAt, shift: seen.shift, moved: seen.moved, twice };
}

async function cookieOf(server, name) {
  const { body } = await call(server, "GET", "/api/v1/sign-in");
  const person = body.demo.find((one) => one.name === name);
  const { cookie } = await call(server, "POST", "/api/v1/sign-in/demo", { person: person.id });
  // Over plain HTTP a browser takes it for names of this machine only.
  return { name: "__Host-pforte", value: cookie, url: server.origin.replace("http:", "https:"), secure: true, httpOnly: true };
}

const middle = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

const server = await startServer(program, "http://127.0.0.1:9");
const browser = await chromium.launch({
  executablePath: process.env.PFORTE_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-proxy-server"],
});
try {
  console.log("page                    bytes   requests   usable after   shift    asked twice");
  for (const kind of PAGES) {
    const rounds = [];
    for (let round = 0; round < ROUNDS; round += 1) rounds.push(await measure(browser, server, kind));
    const of = (key) => middle(rounds.map((round) => round[key]));
    const twice = [...new Set(rounds.flatMap((round) => round.twice))].join(", ") || "nothing";
    console.log(
      kind.name.padEnd(20),
      String(of("bytes")).padStart(8),
      String(of("requests")).padStart(10),
      `${(of("millis") / 1000).toFixed(2)} s`.padStart(14),
      of("shift").toFixed(3).padStart(7),
      `   ${twice}`,
    );
    if (process.env.MOVED) console.log("   moved:", [...new Set(rounds.flatMap((round) => round.moved))]);
    if (kind.name !== "home") continue;
    const missed = Object.keys(MOST).filter((key) => of(key) > MOST[key]);
    if (missed.length > 0) process.exitCode = 1;
    if (missed.length > 0) console.log(`  over the limit: ${missed.map((key) => `${key} ${MOST[key]}`).join(", ")}`);
  }
} finally {
  await browser.close();
  await stopServer(server);
}

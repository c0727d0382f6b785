// Tests a page in Chromium: `node browser.js CHROMIUM PAGE FOLDER`. Writes pictures into FOLDER,
// and its observations as JSON to stdout. A failed check throws an exception.
"use strict";
const assert = require("assert");
const fs = require("fs");
const path = require("path");
const { pathToFileURL } = require("url");
const { chromium } = require("playwright-core");

const AXE = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const [executablePath, file, folder] = process.argv.slice(2);
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];

async function check(page, seen, include = ["html"]) {
  // A script element does not work: the page's content security policy refuses it.
  await page.evaluate(AXE);
  const { violations, passes } = await page.evaluate((include) =>
    axe.run({ include }, { runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"] }), include.map((selector) => [selector]));
  assert.deepStrictEqual(violations.map(({ id, nodes }) => [id, nodes.slice(0, 3).map(({ html }) => html)]), []);
  seen.axe = Math.max(seen.axe ?? 0, passes.length);
}

// Asks a question with the keyboard only.
async function ask(page, source, destination, port) {
  await page.focus("#ask-source");
  await page.keyboard.press("Control+A");
  await page.keyboard.type(source);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.type(destination);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Control+A");
  await page.keyboard.type(port);
  await page.keyboard.press("Enter");
  return page.textContent("#answer .verdict");
}

// The picture for README.md: from the question to the matrix.
async function picture(page) {
  await page.evaluate(() => { document.activeElement.blur(); document.getElementById("h-ask").scrollIntoView(); });
  await page.screenshot({ path: path.join(folder, "readme.png"), clip: { x: 0, y: 0, width: 1280, height: 900 } });
}

async function visit(browser, width, colorScheme, seen) {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  const problems = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => { if (message.type() === "error") problems.push(message.text()); });
  page.on("request", (request) => { if (!request.url().startsWith("file:")) problems.push(request.url()); });
  await page.goto(pathToFileURL(file).href);
  const shoot = (name) => page.screenshot({ path: path.join(folder, `${name}-${width}-${colorScheme}.png`) });
  await shoot("top");
  // Only elements with their own scroll bars may be wider than the page.
  assert.strictEqual(await page.evaluate(() => document.documentElement.scrollWidth), width);

  assert.match(await ask(page, "alice", "tag:db", "5432"), /^allowed/);
  const link = page.locator("#answer .rules a").first();
  const place = await link.textContent();
  assert.match(await ask(page, "tag:ci", "tag:db", "5432"), /^denied/);
  assert.match(await page.textContent("#answer"), /Nearest/);
  assert.match(await ask(page, "bob@example.com", "tag:db", "5432"), /^it depends/);
  assert.match(await ask(page, "10.1.2.3", "nas", "443"), /^(allowed|denied|it depends)/);
  assert.match(await ask(page, "nobody", "nas", "443"), /does not name/);
  assert.match(await ask(page, "alice", "tag:db", "postgresql"), /^allowed .* on tcp:5432/);
  assert.match(await ask(page, "alice", "tag:db", "ip-in-ip"), /^denied .* on ip-in-ip/);
  await page.focus("#ask-source");
  assert.match(await ask(page, "alice", "tag:db", "5432"), /^allowed/);
  await shoot("answer");
  await check(page, seen);
  if (width === 1280 && colorScheme === "light") await picture(page);

  // The link goes to the rule with that line.
  await link.focus();
  await page.keyboard.press("Enter");
  assert.strictEqual(await page.evaluate(() => document.querySelector(":target .place").textContent), place);

  // A search for a login finds the person, and the matrix keeps its columns.
  const columns = () => page.$$eval("#matrix thead th", (all) => all.map((one) => Math.round(one.offsetWidth)));
  const before = await columns();
  await page.keyboard.press("/");
  await page.keyboard.type("alice@example.com");
  await page.waitForFunction(() => document.getElementById("found").textContent !== "");
  assert.ok(await page.isVisible("#people tbody tr"));
  await page.keyboard.press("Control+A");
  await page.keyboard.type("tag:db");
  await page.waitForFunction(() => document.querySelector("#matrix thead th.found") !== null);
  assert.deepStrictEqual(await columns(), before);
  assert.ok(await page.isVisible("#matrix tbody tr"));
  await shoot("filter");
  await check(page, seen);
  await page.keyboard.press("Control+A");
  await page.keyboard.press("Delete");
  await page.waitForFunction(() => document.getElementById("found").textContent === "");

  // A key expands a row.
  const summary = page.locator("#to summary").first();
  await summary.focus();
  await page.keyboard.press("Enter");
  assert.ok(await page.isVisible("#to details[open] li"));
  await shoot("open");

  // The first row and the first column of the matrix stay visible.
  const corner = await page.evaluate(() => {
    const scroll = document.querySelector("#matrix .scroll");
    scroll.scrollTo(10000, 10000);
    const [head, first] = [scroll.querySelector("thead th:last-child"), scroll.querySelector("tbody tr:last-child th")];
    const box = (one) => one.getBoundingClientRect();
    return [Math.round(box(head).top - box(scroll).top), Math.round(box(first).left - box(scroll).left)];
  });
  assert.deepStrictEqual(corner, [0, 0]);
  await page.locator("#matrix").scrollIntoViewIfNeeded();
  await page.evaluate(() => document.getElementById("h-matrix").scrollIntoView());
  await shoot("matrix");
  if (await page.$("#picture")) {
    await page.evaluate(() => document.getElementById("h-picture").scrollIntoView());
    await shoot("picture");
  }
  assert.deepStrictEqual(problems, []);
  await page.close();
}

async function open(browser, seen) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  const start = Date.now();
  await page.goto(pathToFileURL(file).href);
  await page.waitForSelector("#question:not([hidden])");
  seen.opened = Date.now() - start;
  const words = await page.evaluate(() => JSON.parse(document.getElementById("data").textContent).words.map(([word]) => word));
  const tags = words.filter((word) => word.startsWith("tag:"));
  const asking = Date.now();
  seen.verdict = await ask(page, tags[0], tags.at(-1), "443");
  seen.asked = Date.now() - asking;
  seen.words = words.length;
  seen.remarks = await page.$$eval(".more", (all) => all.map((one) => one.textContent).filter((text) => /not shown|more .* than|more than/.test(text)));
  // This axe rule would take minutes for thousands of similar rows.
  await check(page, seen, ["header", ".tools", "#ask", "#hosts"]);
  await page.close();
}

(async () => {
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  const seen = {};
  try {
    if (process.argv.includes("--open")) await open(browser, seen);
    else {
      for (const width of [390, 1280]) {
        for (const scheme of ["light", "dark"]) await visit(browser, width, scheme, seen);
      }
    }
  } finally {
    await browser.close();
  }
  console.log(JSON.stringify(seen));
})();

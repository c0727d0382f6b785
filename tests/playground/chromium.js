// Chromium for the tests of the playground, and what all of them do with the page.
"use strict";
const assert = require("assert");
const fs = require("fs");
const path = require("path");

module.paths.push(path.join(__dirname, "../page/node_modules"));
const { chromium } = require("playwright-core");

const AXE = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

exports.launch = (executablePath, flags = []) => chromium.launch({ executablePath, args: [...FLAGS, ...flags] });

/** Opens the page, and waits until the checker is there. Records everything that goes wrong. */
exports.open = async (context, address, problems = []) => {
  const page = await context.newPage();
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  await page.goto(address);
  await exports.ready(page);
  return page;
};

exports.ready = (page) => page.waitForSelector("html[data-ready]", { state: "attached" });

/** Waits until the number of problems is `count`, in words. */
exports.problems = (page, count) =>
  page
    .waitForFunction((count) => document.getElementById("count").textContent === count, count)
    .catch(async () => assert.strictEqual(await page.textContent("#count"), count));

/** Presses Tab until the focused element matches a selector. Fails if that takes too long. */
exports.tabTo = async (page, selector, key = "Tab") => {
  for (let pressed = 0; pressed < 80; pressed += 1) {
    if (await page.evaluate((selector) => document.activeElement?.matches(selector), selector)) return;
    await page.keyboard.press(key);
  }
  assert.fail(`Tab does not get to ${selector}`);
};

/** Pastes a text in place of everything in the focused editor. */
exports.paste = async (page, text) => {
  await page.evaluate((text) => navigator.clipboard.writeText(text), text);
  await page.keyboard.press("Control+A");
  await page.keyboard.press("Control+V");
};

/** Checks the whole page for problems of accessibility. Returns how many rules it passes. */
exports.accessibility = async (page) => {
  // A script element does not work: the page's content security policy refuses it.
  await page.evaluate(AXE);
  const { violations, passes } = await page.evaluate(() =>
    axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"] }),
  );
  const short = violations.map(({ id, nodes }) => [
    id,
    nodes.slice(0, 3).map(({ html, failureSummary }) => `${html} ${failureSummary}`),
  ]);
  assert.deepStrictEqual(short, []);
  return passes.length;
};

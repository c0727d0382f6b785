// Uses the playground with the keyboard alone: `node keyboard.js CHROMIUM PAGE POLICY NEW FOLDER`.
// PAGE is the folder of the page, POLICY and NEW are versions of a policy, with a file of invariants
// beside the first. Writes pictures into
// FOLDER, and what it saw as JSON to stdout. A failed check throws an exception.
"use strict";
const assert = require("assert");
const fs = require("fs");
const path = require("path");

const { accessibility, launch, open, paste, problems, tabTo } = require("./chromium.js");
const { serve } = require("./server.js");

const [executablePath, pageFolder, policyFile, newFile, folder] = process.argv.slice(2);
const POLICY = fs.readFileSync(policyFile, "utf8");
const INVARIANTS = fs.readFileSync(policyFile.replace(/hujson$/, "invariants"), "utf8");
const NEW = fs.readFileSync(newFile, "utf8");

async function visit(browser, address, width, colorScheme, seen) {
  const context = await browser.newContext({
    viewport: { width, height: width === 390 ? 844 : 800 },
    colorScheme,
    permissions: ["clipboard-read", "clipboard-write"],
  });
  const errors = [];
  const page = await open(context, address, errors);
  const press = (key) => page.keyboard.press(key);
  const shoot = (name) => page.screenshot({ path: path.join(folder, `${name}-${width}-${colorScheme}.png`) });
  const check = async () => {
    // Only elements with their own scroll bars may be wider than the page.
    assert.strictEqual(await page.evaluate(() => document.documentElement.scrollWidth), width);
    seen.axe = Math.min(seen.axe ?? Infinity, await accessibility(page));
  };
  const announced = () => page.textContent("#announcer");
  await page.waitForSelector("#answer .verdict");
  await page.waitForSelector("#matrix table");
  await shoot("start");
  await check();

  // Paste a policy, make a mistake, go to it, read about it, and fix it.
  await tabTo(page, "#editor .cm-content");
  await paste(page, POLICY);
  await problems(page, "1 warning");
  await press("Control+F");
  await page.keyboard.type('"tag:web"], "ip');
  await press("Enter");
  await press("Escape");
  await press("ArrowLeft");
  for (const _ of '"tag:w') await press("ArrowRight");
  await press("Delete");
  await page.keyboard.type("a");
  await problems(page, "1 error");
  assert.strictEqual(await announced(), "1 error");
  assert.match(await page.textContent("#problem-list"), /undefined tag tag:wab.*did you mean tag:web\?/);
  await page.waitForFunction(() => /has errors/.test(document.getElementById("answer").textContent));
  await shoot("mistake");
  await check();
  await press("Control+Home");
  await press("F8");
  await press("Control+.");
  await problems(page, "1 warning");
  assert.match(await page.textContent("#editor .cm-content"), /"dst": \["tag:web"\], "ip"/);

  // Explain and complete a word.
  await press("Control+i");
  await page.waitForSelector("#editor .explanation");
  assert.match(await page.textContent("#editor .explanation"), /tag:web.*Reached by/s);
  await press("Escape");
  await page.waitForSelector("#editor .explanation", { state: "detached" });
  await press("Control+Space");
  await page.waitForSelector(".cm-tooltip-autocomplete");
  assert.match(await page.textContent(".cm-tooltip-autocomplete"), /tag:web/);
  await press("Escape");

  // The keyboard gets out of the editor, and to the tabs.
  await press("Escape");
  await press("Tab");
  assert.strictEqual(await page.evaluate(() => document.activeElement.closest(".cm-editor")), null);
  await tabTo(page, "[role=tab]");
  await press("End");
  assert.strictEqual(await page.evaluate(() => document.activeElement.id), "tab-facts");
  await check();
  await press("Home");

  // Ask who reaches what, and go to the rule.
  const ask = async (source, destination, port, account = "") => {
    const isBelow = await page.evaluate(() => document.activeElement.matches("#question input"));
    await tabTo(page, "#ask-source", isBelow ? "Shift+Tab" : "Tab");
    for (const [text, next] of [
      [source, 2],
      [destination, 1],
      [port, 1],
      [account, 0],
    ]) {
      await press("Control+A");
      if (text === "") await press("Delete");
      else await page.keyboard.type(text);
      for (let count = 0; count < next; count += 1) await press("Tab");
    }
    await page.evaluate(() => {
      document.querySelector("#answer .verdict").dataset.isOld = "";
    });
    await press("Enter");
    await page.waitForSelector("#answer .verdict:not([data-is-old])");
    return page.textContent("#answer .verdict");
  };
  assert.match(await ask("alice@example.com", "tag:db", "5432"), /^allowed/);
  assert.match(await announced(), /^allowed/);
  await shoot("answer");
  assert.match(await ask("tag:ci", "tag:db", "5432"), /^denied/);
  assert.match(await page.textContent("#answer"), /nearest/);
  assert.match(await ask("bob@example.com", "tag:db", "icmp"), /^it depends .* on icmp/);
  assert.match(await ask("alice@example.com", "office", "udp:53"), /^allowed .* udp:53/);
  assert.match(await ask("alice@example.com", "tag:db", "", "postgres"), /^denied .* as postgres/);
  assert.match(await ask("", "tag:db", "5432"), /reach/);
  assert.match(await ask("alice@example.com", "", ""), /reaches/);
  assert.match(await ask("alice@example.com", "tag:bd", "5432"), /undefined tag/);
  await check();
  assert.match(await ask("tag:web", "tag:db", "5432"), /^allowed/);
  await tabTo(page, "#answer .place");
  const place = await page.evaluate(() => document.activeElement.textContent);
  await press("Enter");
  const line = await page.evaluate(() => {
    const number = document.querySelector("#editor .cm-activeLineGutter.cm-gutterElement:not(:empty)")?.textContent;
    return { isInEditor: document.activeElement.matches("#editor .cm-content"), number };
  });
  assert.deepStrictEqual([line.isInEditor, `line ${line.number}`], [true, place]);

  // A name of the matrix asks about it, and a cell goes to its rule.
  await press("Escape");
  await tabTo(page, "#matrix thead button.name");
  await page.evaluate(() => {
    document.querySelector("#answer .verdict").dataset.isOld = "";
  });
  await press("Enter");
  await page.waitForSelector("#answer .verdict:not([data-is-old])");
  assert.match(await page.textContent("#answer .verdict"), /^tag:db is reached by/);
  await shoot("who");
  await check();
  await tabTo(page, "#matrix tbody button.cell");
  await press("Enter");
  assert.strictEqual(await page.textContent("#editor .cm-activeLineGutter.cm-gutterElement"), "35");

  // Compare with another version.
  await press("Escape");
  await tabTo(page, "[role=tab]");
  await press("ArrowRight");
  await tabTo(page, "#other .cm-content");
  await paste(page, NEW);
  await page.waitForSelector("#difference .gained");
  assert.match(await page.textContent("#difference"), /gained tag:ci -> tag:db tcp:5432/);
  await shoot("change");
  await check();

  // Run the tests, and find what they miss.
  await press("Escape");
  await tabTo(page, "[role=tab]", "Shift+Tab");
  await press("ArrowRight");
  await page.waitForSelector("#outcomes .verdict");
  await tabTo(page, "#invariants .cm-content");
  await paste(page, "never tag:web -> tag:db on tcp:5432;");
  await problems(page, "1 error, 1 warning");
  assert.match(await page.textContent("#problem-list"), /invariant/);
  await page.waitForTimeout(500);
  await shoot("invariants");
  await check();
  await paste(page, INVARIANTS);
  await problems(page, "1 warning");
  await press("Escape");
  await tabTo(page, "#coverage");
  await press("Enter");
  await page.waitForSelector("#untested .verdict");
  assert.match(await page.textContent("#untested"), /Tests need \d+ of \d+ rules/);
  await shoot("tests");
  await check();

  // Copy the policy as Rust.
  await tabTo(page, "[role=tab]", "Shift+Tab");
  await press("ArrowRight");
  await page.waitForSelector("#rust-code .cm-line");
  await shoot("rust");
  await check();
  await tabTo(page, "#copy-rust");
  await press("Enter");
  await page.waitForFunction(() => document.getElementById("copy-rust").textContent === "Copied");
  const rust = await page.evaluate(() => navigator.clipboard.readText());
  assert.ok(seen.rust === undefined || seen.rust === rust);
  seen.rust = rust;

  // With a role in the facts, an answer does not depend on it.
  await tabTo(page, "[role=tab]", "Shift+Tab");
  await press("End");
  await tabTo(page, "#facts-editor .cm-content");
  await paste(page, '{"users": [{"name": "bob", "email": "bob@example.com", "role": "admin"}]}');
  await problems(page, "1 warning");
  await shoot("facts");
  await check();
  await press("Escape");
  await tabTo(page, "[role=tab]", "Shift+Tab");
  await press("Home");
  assert.match(await ask("bob@example.com", "tag:db", "5432"), /^allowed/);
  assert.deepStrictEqual(errors, []);
  await context.close();
}

(async () => {
  const browser = await launch(executablePath);
  const server = await serve(pageFolder);
  const seen = {};
  try {
    for (const width of [390, 1280]) {
      for (const scheme of ["light", "dark"]) await visit(browser, server.address, width, scheme, seen);
    }
  } finally {
    await browser.close();
    await server.close();
  }
  console.log(JSON.stringify(seen));
})();

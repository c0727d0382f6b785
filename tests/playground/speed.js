// Measures the playground: `node speed.js CHROMIUM PAGE POLICY...`. Prints medians in milliseconds as
// JSON: the first answer after a cold start, and for each policy the time from a key to the next
// picture, to the problems, and to the answer.
"use strict";
const fs = require("fs");

const { launch, open, paste } = require("./chromium.js");
const { serve } = require("./server.js");

const [executablePath, pageFolder, ...policies] = process.argv.slice(2);
const STARTS = 5;
const KEYS = 20;
const MISTAKES = 3;
/** The time after which the page has done everything about a text. */
const SETTLING = 4000;

const median = (numbers) => Math.round([...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]);

async function coldStart(browser, address) {
  const context = await browser.newContext();
  await context.addInitScript(() => {
    new MutationObserver((_, observer) => {
      if (document.querySelector("#answer .verdict") === null) return;
      globalThis.firstAnswer = performance.now();
      observer.disconnect();
    }).observe(document, { childList: true, subtree: true });
  });
  const page = await context.newPage();
  await page.goto(address);
  await page.waitForFunction(() => globalThis.firstAnswer !== undefined);
  const time = await page.evaluate(() => globalThis.firstAnswer);
  await context.close();
  return time;
}

/** Starts a clock with the next key, which stops when a text of an element changes. */
const clock = (page, selector) =>
  page.evaluate((selector) => {
    const element = document.querySelector(selector);
    const before = element.textContent;
    globalThis.time = new Promise((done) =>
      addEventListener(
        "keydown",
        ({ timeStamp }) => {
          const observer = new MutationObserver(() => {
            if (element.textContent === before) return;
            observer.disconnect();
            done(performance.now() - timeStamp);
          });
          observer.observe(element, { childList: true, subtree: true, characterData: true });
        },
        { once: true, capture: true },
      ),
    );
  }, selector);
const stopped = (page) =>
  page.evaluate(() =>
    Promise.race([
      globalThis.time,
      new Promise((_, failed) => setTimeout(() => failed(new Error("nothing changes")), 20000)),
    ]),
  );

async function typing(browser, address, text) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    permissions: ["clipboard-read", "clipboard-write"],
  });
  const page = await open(context, address);
  await page.waitForSelector("#answer .verdict");
  await page.click("#editor .cm-content");
  await paste(page, text.replace("{", "{\n// note \n"));
  await page.waitForTimeout(SETTLING);

  // From a key to the next picture, in a comment.
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("Control+F");
  await page.keyboard.type("// note");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  await page.keyboard.press("End");
  await page.evaluate(() => {
    globalThis.frames = [];
    addEventListener(
      "keydown",
      ({ timeStamp }) =>
        requestAnimationFrame(() => {
          const channel = new MessageChannel();
          channel.port1.onmessage = () => globalThis.frames.push(performance.now() - timeStamp);
          channel.port2.postMessage(null);
        }),
      { capture: true },
    );
  });
  for (let key = 0; key < KEYS; key += 1) {
    await page.keyboard.press("a");
    await page.waitForTimeout(60);
  }
  const frames = await page.evaluate(() => globalThis.frames);
  await page.waitForTimeout(SETTLING);

  // From a mistake to the problems, and to the answer that it prevents.
  const times = { problems: [], answer: [] };
  for (const [selector, list] of [
    ["#count", times.problems],
    ["#answer", times.answer],
  ]) {
    for (let mistake = 0; mistake < MISTAKES; mistake += 1) {
      await page.keyboard.press("Home");
      for (const key of ["x", "Backspace"]) {
        await clock(page, selector);
        await page.keyboard.press(key);
        list.push(await stopped(page));
        await page.waitForTimeout(1500);
      }
    }
  }
  await context.close();
  return {
    bytes: text.length,
    key: median(frames),
    slowestKey: Math.round(Math.max(...frames)),
    problems: median(times.problems),
    answer: median(times.answer),
  };
}

(async () => {
  const browser = await launch(executablePath);
  const server = await serve(pageFolder);
  const seen = { policies: [] };
  try {
    const starts = [];
    for (let start = 0; start < STARTS; start += 1) starts.push(await coldStart(browser, server.address));
    seen.firstAnswer = median(starts);
    for (const policy of policies)
      seen.policies.push(await typing(browser, server.address, fs.readFileSync(policy, "utf8")));
  } finally {
    await browser.close();
    await server.close();
  }
  console.log(JSON.stringify(seen));
})();

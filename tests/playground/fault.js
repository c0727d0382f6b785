// Makes the checker of the playground fail once: `node fault.js CHROMIUM PAGE`. Prints what the page
// says as JSON. A failed check throws an exception.
"use strict";
const assert = require("assert");

const { launch, open } = require("./chromium.js");
const { serve } = require("./server.js");

const [executablePath, pageFolder] = process.argv.slice(2);

(async () => {
  const server = await serve(pageFolder);
  const browser = await launch(executablePath);
  const seen = {};
  try {
    const context = await browser.newContext();
    await context.addInitScript(() => {
      const { postMessage } = Worker.prototype;
      let isFirst = true;
      Worker.prototype.postMessage = function (message) {
        const isFault = message.question === "test" && isFirst;
        if (isFault) isFirst = false;
        postMessage.call(this, isFault ? { ...message, question: "absent" } : message);
      };
    });
    const page = await open(context, server.address);
    await page.waitForSelector("#answer .verdict");
    await page.click("#tab-tests");
    await page.waitForFunction(() => document.getElementById("about").textContent.startsWith("Internal error"));
    seen.fault = await page.textContent("#announcer");
    assert.match(seen.fault, /^Internal error: /);
    // The next question has an answer.
    await page.click("#tab-access");
    await page.click("#tab-tests");
    await page.waitForSelector("#outcomes .verdict");
    seen.after = await page.textContent("#outcomes .verdict");
  } finally {
    await browser.close();
    await server.close();
  }
  console.log(JSON.stringify(seen));
})();

// Looks at what the playground asks of the network: `node network.js CHROMIUM PAGE POLICY FOLDER`.
// Prints what it saw as JSON. A failed check throws an exception.
"use strict";
const assert = require("assert");
const fs = require("fs");
const path = require("path");
const { pathToFileURL } = require("url");

const { launch, open, paste, problems, ready, tabTo } = require("./chromium.js");
const { serve } = require("./server.js");

const [executablePath, pageFolder, policyFile, folder] = process.argv.slice(2);
const POLICY = fs.readFileSync(policyFile, "utf8");
const LOG = path.resolve(folder, "network.json");

const permissions = ["clipboard-read", "clipboard-write"];
const answered = (page) => page.waitForSelector("#answer .verdict");
const text = (page) =>
  page.evaluate(async () => {
    document.querySelector("#editor .cm-content").focus();
    document.execCommand("selectAll");
    document.execCommand("copy");
    return navigator.clipboard.readText();
  });

/** Waits until the service worker has the page. */
const kept = (page) =>
  page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    while (navigator.serviceWorker.controller === null) await new Promise((done) => setTimeout(done, 20));
  });

/** Uses every tab. */
async function use(page) {
  await tabTo(page, "#editor .cm-content");
  await paste(page, POLICY);
  await problems(page, "1 warning");
  for (const tab of ["change", "tests", "rust", "facts", "access"]) {
    await page.click(`#tab-${tab}`);
    await page.waitForTimeout(200);
  }
  await page.click("#question .submit button");
  await answered(page);
}

(async () => {
  const server = await serve(pageFolder);
  const browser = await launch(executablePath, [`--log-net-log=${LOG}`]);
  const seen = {};
  const problemsOfPage = [];
  try {
    // Without a link: the page and its service worker, and nothing after that.
    const context = await browser.newContext({ permissions });
    const page = await open(context, server.address, problemsOfPage);
    await kept(page);
    await answered(page);
    const atLoad = [...server.requests];
    assert.deepStrictEqual([...new Set(atLoad)].sort(), ["/", "/service_worker.js"]);
    await use(page);
    await page.click("#share");
    await page.waitForFunction(() => document.getElementById("share").textContent === "Copied");
    const link = await page.evaluate(() => navigator.clipboard.readText());
    assert.ok(link.startsWith(`${server.address}#policy=`), link);
    assert.strictEqual(page.url(), server.address);
    assert.deepStrictEqual(server.requests, atLoad);
    seen.afterLoad = server.requests.length - atLoad.length;

    // With a link: the same requests, and none has the policy.
    const other = await browser.newContext({ permissions });
    const start = server.requests.length;
    const linked = await open(other, link, problemsOfPage);
    await kept(linked);
    await problems(linked, "1 warning");
    assert.strictEqual(await text(linked), POLICY);
    const withLink = server.requests.slice(start);
    assert.deepStrictEqual([...new Set(withLink)].sort(), ["/", "/service_worker.js"]);
    await use(linked);
    assert.deepStrictEqual(server.requests.slice(start), withLink);
    seen.afterLoadWithLink = server.requests.length - start - withLink.length;
    seen.link = link.length;

    // The question is about the policy that is there, until somebody asks another one.
    await linked.click("#editor .cm-content");
    await paste(
      linked,
      '{"tagOwners": {"tag:a": [], "tag:b": []}, "grants": [{"src": ["tag:a"], "dst": ["tag:b"], "ip": ["80"]}]}',
    );
    await linked.waitForFunction(() =>
      /tag:a can reach tag:b on tcp:80/.test(document.getElementById("answer").textContent),
    );

    // A damaged link is said, and the page works.
    const damaged = await open(other, `${server.address}#policy=AAAA`, problemsOfPage);
    assert.match(await damaged.textContent("#about"), /damaged/);
    await damaged.close();

    // The page refuses to make requests, whoever asks.
    const refused = await page.evaluate(async (address) => {
      const outcome = async (attempt) => {
        try {
          await attempt();
          return "made";
        } catch {
          return "refused";
        }
      };
      const image = new Image();
      const loaded = new Promise((done, failed) => {
        image.onload = done;
        image.onerror = failed;
      });
      image.src = `${address}secret.png`;
      return [
        await outcome(() => fetch(`${address}secret`)),
        await outcome(() => loaded),
        String(navigator.sendBeacon(`${address}secret`)),
      ];
    }, server.address);
    assert.deepStrictEqual(refused.slice(0, 2), ["refused", "refused"]);
    assert.ok(
      server.requests.every((request) => !request.includes("secret")),
      server.requests.join(),
    );
    problemsOfPage.length = 0;

    // Without a network, the page loads again, and the text is still there.
    await server.close();
    await context.setOffline(true);
    await page.reload();
    await ready(page);
    await problems(page, "1 warning");
    await answered(page);
    seen.offline = (await page.textContent("#answer .verdict")).split(" ")[0];
    await context.close();
    await other.close();

    // From a folder.
    const local = await browser.newContext({ permissions });
    const inFolder = await open(local, pathToFileURL(path.join(pageFolder, "index.html")).href, problemsOfPage);
    await answered(inFolder);
    seen.folder = (await inFolder.textContent("#answer .verdict")).split(" ")[0];
    assert.deepStrictEqual(problemsOfPage, []);
  } finally {
    await browser.close();
  }

  // Chromium's own log has the requests of workers and service workers, too. Those without an origin
  // are of the browser itself, which looks for updates, except for the navigation to the page.
  const {
    constants: { logEventTypes: types },
    events,
  } = JSON.parse(fs.readFileSync(LOG, "utf8"));
  const started = events.filter(({ type, params }) => type === types.URL_REQUEST_START_JOB && params?.url);
  const ofPage = started
    .map(({ params }) => params)
    .filter(
      ({ url, initiator }) =>
        /^(https?|wss?):/.test(url) && (initiator !== "not an origin" || url.startsWith(server.address)),
    );
  assert.ok(ofPage.length >= 6, `${ofPage.length}`);
  assert.deepStrictEqual(
    ofPage.map(({ url }) => url).filter((url) => !url.startsWith(server.address)),
    [],
  );
  const sent = events.filter(({ type }) => type === types.HTTP_TRANSACTION_SEND_REQUEST_HEADERS);
  assert.ok(sent.length >= 6, `${sent.length}`);
  assert.deepStrictEqual(
    sent.map(({ params }) => JSON.stringify(params)).filter((headers) => headers.includes("policy=")),
    [],
  );
  seen.logged = ofPage.length;
  console.log(JSON.stringify(seen));
})();

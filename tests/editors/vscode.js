// Uses the extension in a real VS Code, which code-server shows in Chromium:
//
//     node vscode.js CHROMIUM CODE_SERVER VSIX POLICY FOLDER
//
// FOLDER has project/policy.hujson, with one misspelt tag. POLICY is the program, which
// is removed at the end. Writes pictures into
// FOLDER, and what it has seen as JSON to stdout. A failed check throws an exception.
"use strict";
const assert = require("assert");
const fs = require("fs");
const net = require("net");
const path = require("path");
const { execFileSync, spawn } = require("child_process");
const { chromium } = require(path.join(__dirname, "../page/node_modules/playwright-core"));

const [executablePath, codeServer, extension, program, folder] = process.argv.slice(2);
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];
const SETTINGS = {
  "tailnetPolicy.path": program,
  "security.workspace.trust.enabled": false,
  "telemetry.telemetryLevel": "off",
  "extensions.autoUpdate": false,
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "workbench.layoutControl.enabled": false,
  "workbench.colorTheme": "Default Light Modern",
  "window.commandCenter": false,
  "window.menuBarVisibility": "hidden",
  "workbench.activityBar.location": "hidden",
  "editor.minimap.enabled": false,
  // What is typed is what is there.
  "editor.autoClosingBrackets": "never",
  "editor.autoClosingQuotes": "never",
  "editor.autoClosingOvertype": "never",
  "editor.fontSize": 14,
  "chat.commandCenter.enabled": false,
};
/** How long a step may take on a busy machine. */
const LIMIT = 120_000;

const home = path.join(folder, "home");
const project = path.join(folder, "project");
const file = path.join(project, "policy.hujson");
const common = ["--user-data-dir", path.join(home, "data"), "--extensions-dir", path.join(home, "extensions"),
  "--config", path.join(home, "config.yaml")];

function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function until(what, condition) {
  const end = Date.now() + LIMIT;
  for (;;) {
    const found = await condition();
    if (found) return found;
    assert.ok(Date.now() < end, `timed out: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Starts code-server with the extension, and returns its address and a function that ends it. */
async function serve() {
  fs.mkdirSync(path.join(home, "data/User"), { recursive: true });
  fs.writeFileSync(path.join(home, "data/User/settings.json"), JSON.stringify(SETTINGS));
  const environment = { ...process.env, HOME: home, XDG_CONFIG_HOME: home, XDG_DATA_HOME: home, PORT: "" };
  execFileSync(process.execPath, [codeServer, ...common, "--install-extension", extension], { env: environment });
  const port = await freePort();
  const flags = ["--auth", "none", "--bind-addr", `127.0.0.1:${port}`, "--disable-telemetry", "--disable-update-check",
    "--disable-getting-started-override"];
  const log = fs.openSync(path.join(folder, "code-server.log"), "w");
  // It starts other processes, and all of them are in a group of their own.
  const server = spawn(process.execPath, [codeServer, ...common, ...flags],
    { env: environment, detached: true, stdio: ["ignore", log, log] });
  const address = `http://127.0.0.1:${port}`;
  await until("code-server", () => fetch(`${address}/healthz`).then((answer) => answer.ok, () => false));
  return { address, stop: () => process.kill(-server.pid, "SIGKILL") };
}

/** The editor with one file. */
class Editor {
  constructor(page) {
    this.page = page;
  }

  async press(...keys) {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** Presses a key until something is visible. On a busy machine, the editor gives up some requests. */
  async show(key, selector, hasText) {
    const found = this.page.locator(selector, { hasText }).first();
    await until(`${selector} after ${key}`, async () => {
      await this.press(key);
      const visible = await found.waitFor({ timeout: LIMIT / 10 }).then(() => true, () => false);
      if (!visible) await this.press("Escape");
      return visible;
    });
    return found;
  }

  /** Runs a command of the palette. */
  async run(command) {
    await this.press("F1");
    const input = this.page.locator(".quick-input-widget input.input");
    await input.waitFor({ timeout: LIMIT });
    await input.fill(`>${command}`);
    const row = this.page.locator(".quick-input-list .monaco-list-row", { hasText: command }).first();
    await row.waitFor({ timeout: LIMIT });
    await this.press("Enter");
    await input.waitFor({ state: "hidden", timeout: LIMIT });
  }

  /** Puts the cursor behind a part of the file on the disk. */
  async behind(part) {
    const text = fs.readFileSync(file, "utf8");
    const at = text.indexOf(part);
    assert.ok(at >= 0 && text.indexOf(part, at + 1) < 0, `not once: ${part}`);
    const lines = text.slice(0, at + part.length).split("\n");
    await this.press("Control+G");
    const input = this.page.locator(".quick-input-widget input.input");
    await input.waitFor({ timeout: LIMIT });
    await input.fill(`:${lines.length}:${lines.at(-1).length + 1}`);
    await this.press("Enter");
    await input.waitFor({ state: "hidden", timeout: LIMIT });
  }

  /** Shows the hover at the cursor, and returns its text. */
  async hover() {
    await this.press("Control+K", "Control+I");
    const card = this.page.locator(".monaco-editor .monaco-hover:not(.hidden) .monaco-hover-content").first();
    await card.waitFor({ timeout: LIMIT });
    // Parts of the card come later than others.
    const text = async () => (await this.page.locator(".monaco-hover").allInnerTexts()).join(" ").replace(/\s+/g, " ").trim();
    await until("the hover", async () => !/Loading|Checking for quick fixes/.test(await text()));
    return text();
  }

  /** Saves the file until it has a part, and returns its text. */
  async save(part) {
    await this.press("Control+S");
    return until(`the file has ${part}`, () => {
      const text = fs.readFileSync(file, "utf8");
      return text.includes(part) && text;
    });
  }

  async shoot(name) {
    await this.page.screenshot({ path: path.join(folder, `${name}.png`), clip: { x: 0, y: 0, width: 900, height: 440 } });
  }
}

async function use(page, address, seen) {
  // Nothing but code-server.
  await page.route("**/*", (route) => {
    const { hostname, protocol } = new URL(route.request().url());
    return ["data:", "blob:"].includes(protocol) || hostname === "127.0.0.1" ? route.continue() : route.abort();
  });
  await page.goto(`${address}/?folder=${project}`);
  await page.waitForSelector(".monaco-workbench", { timeout: LIMIT });
  await page.locator(".explorer-item", { hasText: "policy.hujson" }).dblclick({ timeout: LIMIT });
  await page.waitForSelector(".view-lines", { timeout: LIMIT });
  const editor = new Editor(page);
  await page.waitForSelector(".squiggly-error", { timeout: LIMIT });
  await page.keyboard.press("Control+B");

  // A misspelt tag: the message, the fix, and the file without the mistake.
  await editor.behind("tag:b");
  seen.finding = await editor.hover();
  await editor.shoot("finding");
  await editor.press("Escape");
  const action = await editor.show("Control+.", ".action-widget .monaco-list-row.action", "tag:db");
  seen.action = (await action.innerText()).trim();
  await editor.shoot("fix");
  await editor.press("Enter");
  await page.locator(".squiggly-error").waitFor({ state: "detached", timeout: LIMIT });
  seen.fixed = await editor.save('"dst": ["tag:db"]');

  // What a tag is.
  await editor.behind('"tag:web": ["group:en');
  seen.group = await editor.hover();
  await editor.press("Escape");

  // Completion of a tag in a new grant.
  await editor.behind('"ip": ["tcp:5432"]},');
  await editor.press("Enter");
  const start = '{"src": ["tag:w';
  await page.keyboard.type(`${start}"], "dst": ["tag:db"], "ip": ["22"]},`);
  await editor.press("Escape", "Home");
  for (const _ of start) await editor.press("ArrowRight");
  await editor.show("Control+Space", ".suggest-widget.visible .monaco-list-row", "tag:web");
  await editor.shoot("completion");
  await editor.press("Enter");
  seen.completed = await editor.save('{"src": ["tag:web"], "dst": ["tag:db"], "ip": ["22"]},\n');

  // A new name of a tag, everywhere.
  await editor.behind('"accept": ["tag:w');
  const name = await editor.show("F2", ".rename-box input.rename-input");
  seen.oldName = await name.inputValue();
  await name.fill("tag:wiki");
  await editor.shoot("rename");
  await editor.press("Enter");
  await name.waitFor({ state: "hidden", timeout: LIMIT });
  await until("the rename", async () => (await page.locator(".view-lines").innerText()).includes("tag:wiki:443"));
  seen.renamed = await editor.save("tag:wiki:443");

  await editor.run("Format Document");
  await until("the format", async () => !/dst":\s\s/.test(await page.locator(".view-lines").innerText()));
  seen.formatted = await editor.save('"dst": ["tag:wiki"]');

  // A program that is not there.
  fs.rmSync(program);
  await editor.run("Tailnet Policy: Restart Language Server");
  const message = page.locator(".notification-list-item-message", { hasText: "was not found" });
  await message.waitFor({ timeout: LIMIT });
  seen.missing = (await message.innerText()).trim();
}

async function main() {
  const seen = {};
  const { address, stop } = await serve();
  try {
    const browser = await chromium.launch({ executablePath, args: FLAGS });
    const page = await browser.newPage({ viewport: { width: 900, height: 600 } });
    try {
      await use(page, address, seen);
    } catch (error) {
      await page.screenshot({ path: path.join(folder, "failed.png") });
      throw new Error(`${error.stack}\nseen: ${JSON.stringify(seen, null, 2)}`);
    } finally {
      await browser.close();
    }
  } finally {
    stop();
  }
  process.stdout.write(JSON.stringify(seen));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});

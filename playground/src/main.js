// The page: connects the editor, the problems and the tabs with the checker.

import "site:theme.js";

import { accessTab } from "./access_tab.js";
import { changeTab } from "./change_tab.js";
import { Checker } from "./checker.js";
import { policyEditor } from "./editor.js";
import example from "./example.hujson";
import { factsTab } from "./facts_tab.js";
import { fixedText, textOf } from "./files.js";
import { showProblems } from "./problems.js";
import { rustTab } from "./rust_tab.js";
import { readLink, writeLink } from "./share.js";
import { stored, store } from "./storage.js";
import { startTabs } from "./tabs.js";
import { testsTab } from "./tests_tab.js";
import { Timer } from "./timer.js";

const element = (id) => document.getElementById(id);
const announcer = element("announcer");
let announced = "";

/** Says something to people who use a screen reader. Says it again only if it changes. */
function announce(text) {
  if (text === announced) return;
  announced = text;
  announcer.textContent = text;
}

const checker = new Checker();
/** The texts of the page that the checker knows by their names. */
const texts = {};

/** Returns what to do when a text changes. */
function changed(name) {
  return (text) => {
    texts[name] = text;
    store(name, text);
    checker.setText(name, text);
    checking.start();
    asking.start();
  };
}

const checking = new Timer(120, async () => {
  const result = await checker.check();
  if (result === undefined) return;
  for (const name of ["policy", "invariants", "facts"]) editors[name].setProblems(result);
  const count = showProblems(element("problem-list"), result, {
    goTo: (problem) => shownEditor(textOf(problem.file)).goTo(problem),
    fix: (problem) => editors[fixedText(problem)].fix(problem),
  });
  element("count").textContent = count;
  announce(count);
});

// The tab that is open asks again when a text changes.
const asking = new Timer(250, () => tabs.current.refresh());

const goTo = (name, line) => shownEditor(name).goToLine(line);
const shared = { checker, goTo, announce };
const editor = policyEditor(element("editor"), {
  ...shared,
  name: "policy",
  label: "Policy",
  changed: changed("policy"),
});
const contents = {
  access: accessTab(shared),
  change: changeTab({ ...shared, changed: () => asking.start() }),
  tests: testsTab({ ...shared, changed: changed("invariants") }),
  rust: rustTab(shared),
  facts: factsTab({ ...shared, changed: changed("facts") }),
};
const tabs = startTabs(element("panels"), contents);

const editors = {
  policy: editor,
  invariants: contents.tests.editor,
  other: contents.change.editor,
  facts: contents.facts.editor,
};

/** Returns the editor of a text, and shows the tab that it is in. */
function shownEditor(name) {
  const [tab] = Object.keys(contents).filter((id) => contents[id].editor === editors[name]);
  if (tab !== undefined) tabs.show(tab);
  return editors[name];
}

element("format").addEventListener("click", async () => {
  const { text, message } = (await checker.ask("format")) ?? {};
  if (text !== undefined) editor.setText(text);
  announce(text === undefined ? message : "The policy is formatted.");
});
element("example").addEventListener("click", () => editor.setText(example));
element("open").addEventListener("click", () => element("file").click());
element("file").addEventListener("change", async ({ target }) => {
  const [file] = target.files;
  if (file) editor.setText(await file.text());
  target.value = "";
});

/** The length from which some browsers and programs refuse a link or cut it. */
const LONG_LINK = 64_000;

element("share").addEventListener("click", async () => {
  const fragment = await writeLink(texts.policy);
  const button = element("share");
  try {
    // The address of the page stays as it is, because browsers keep addresses in their history.
    await navigator.clipboard.writeText(location.href.replace(/#.*|$/, fragment));
    button.textContent = fragment.length > LONG_LINK ? "Copied, but some programs cut links this long" : "Copied";
  } catch {
    history.replaceState(null, "", fragment);
    button.textContent = "Copy it from the address bar";
  }
  announce(button.textContent);
  setTimeout(() => {
    button.textContent = "Copy link";
  }, 4000);
});

/** Reads the policy of a link. Returns `undefined` if the address has none. */
async function linked() {
  try {
    return await readLink(location.hash);
  } catch {
    announce("The link is damaged, so its policy cannot be shown.");
    element("about").textContent = "The link is damaged: a part of it is missing.";
    return undefined;
  }
}
addEventListener("hashchange", async () => {
  const text = await linked();
  if (text !== undefined) editor.setText(text);
});

async function start() {
  editor.setText((await linked()) ?? stored("policy") ?? example);
  for (const name of ["invariants", "facts"]) editors[name].setText(stored(name) ?? "");
  await checker.load();
  const damaged = element("about").textContent.startsWith("The link");
  if (!damaged)
    element("about").textContent =
      `policy ${checker.version}. Nothing is sent anywhere: the page cannot make requests.`;
  document.documentElement.dataset.ready = "";
}
/** Says that the checker has a fault. It starts again with the next question. */
addEventListener("unhandledrejection", ({ reason }) => {
  element("about").textContent = `Internal error: ${reason?.message ?? reason}`;
  announce(element("about").textContent);
});

start().catch((error) => {
  element("count").textContent = `The checker cannot start: ${error.message}`;
  announce(element("count").textContent);
});

if ("serviceWorker" in navigator && location.protocol.startsWith("http")) {
  navigator.serviceWorker.register("service_worker.js").catch(() => {
    // Without it, the page works as long as the server does.
  });
}

// The tab "Access": a question, its answer, and the matrix and the picture of the whole policy.

import { showAnswer } from "./answer_view.js";
import { button, make } from "./dom.js";

const MOST_SUGGESTED = 300;
/** The most columns of a matrix whose names are not upright. */
const FEW_COLUMNS = 8;

/** Returns the names that can be asked about. */
function namesIn({ tags, groups, hosts, services, users, devices }) {
  const logins = new Set(groups.flatMap(({ members }) => members.filter((member) => member.includes("@"))));
  users.forEach(({ login }) => logins.add(login));
  const named = [tags, groups, hosts, services, devices].flatMap((list) => list.map(({ name }) => name));
  return [...named, ...logins, "autogroup:member", "autogroup:internet"];
}

export function accessTab({ checker, goTo, announce }) {
  const element = (id) => document.getElementById(id);
  const form = element("question");
  const output = element("answer");
  const { source, destination, port, account } = form.elements;
  // The page says answers itself, because the list of rules would be too long to hear.
  output.removeAttribute("role");
  port.value = "5432";
  source.value = "alice@example.com";
  destination.value = "tag:db";

  // Whether somebody has written a question.
  let isWritten = false;
  let hasAnswer = true;

  async function ask({ isAsked = false } = {}) {
    const [from, to, on, as] = [source, destination, port, account].map(({ value }) => value.trim());
    const answer = await checker.ask("access", { source: from, destination: to, port: on, account: as });
    if (answer === undefined) return;
    hasAnswer = answer.failure === undefined;
    const sentence = showAnswer(output, answer, goTo);
    if (isAsked) announce(sentence);
  }

  /** Asks about a name of the matrix. */
  function askAbout(word, isDestination) {
    [source.value, destination.value] = isDestination ? ["", word] : [word, ""];
    port.value = "";
    account.value = "";
    isWritten = true;
    ask({ isAsked: true });
    form.scrollIntoView({ block: "nearest" });
  }

  /** Shows a section of the report. Its links become buttons. */
  function showSection(container, html, heading) {
    if (!html) {
      container.replaceChildren();
      return;
    }
    const section = new DOMParser().parseFromString(html, "text/html").querySelector("section");
    section.querySelector("h2").remove();
    if (section.querySelectorAll("thead th").length <= FEW_COLUMNS)
      section.querySelector("table")?.classList.add("few");
    for (const link of section.querySelectorAll("a")) {
      const line = /^line (\d+)/.exec(link.title)?.[1];
      const [name] = link.querySelectorAll("code");
      let replacement;
      if (line) {
        replacement = button("cell", "", () => goTo("policy", Number(line)));
        replacement.title = link.title;
      } else if (name?.textContent === link.textContent) {
        const isDestination = link.closest("thead") !== null;
        replacement = button("name", "", () => askAbout(name.textContent, isDestination));
        replacement.title = isDestination ? "List who reaches it" : "List what it reaches";
      } else replacement = make("span", "");
      replacement.append(...link.childNodes);
      link.replaceWith(replacement);
    }
    container.replaceChildren(make("h2", "", heading), ...section.childNodes);
  }

  async function showOverview() {
    const overview = await checker.ask("overview");
    if (overview === undefined) return;
    const isOutdated = overview.matrix === undefined;
    for (const [id, heading] of [
      ["matrix", "Access matrix"],
      ["picture", "Picture"],
    ]) {
      const container = element(id);
      container.classList.toggle("outdated", isOutdated);
      if (!isOutdated) showSection(container, overview[id], heading);
      const title = container.querySelector("h2");
      if (title) title.textContent = isOutdated ? `${heading} before the error` : heading;
    }
  }

  /** Asks about the first access of the matrix if the question is not about this policy. */
  function askFirst() {
    const cell = element("matrix").querySelector("td.some, td.all");
    const from = cell?.closest("tr").querySelector("th")?.textContent;
    const to = cell && element("matrix").querySelectorAll("thead th")[cell.cellIndex].textContent;
    if (isWritten || hasAnswer || !from || !to) return;
    const [number = "443"] = /\b\d+\b/.exec(cell.textContent.replace("SSH", "22")) ?? [];
    [source.value, destination.value, port.value] = [from, to, number];
    ask();
  }

  async function suggest() {
    const { value } = (await checker.ask("names")) ?? {};
    if (value === undefined) return;
    const options = () =>
      namesIn(value)
        .slice(0, MOST_SUGGESTED)
        .map((name) => Object.assign(document.createElement("option"), { value: name }));
    element("sources").replaceChildren(...options());
    element("destinations").replaceChildren(...options());
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask({ isAsked: true });
  });
  form.addEventListener("input", () => {
    isWritten = true;
  });
  form.addEventListener("change", () => ask());
  element("swap").addEventListener("click", () => {
    [source.value, destination.value] = [destination.value, source.value];
    ask({ isAsked: true });
  });
  form.hidden = false;
  return {
    async refresh() {
      await Promise.all([ask(), showOverview(), suggest()]);
      askFirst();
    },
  };
}

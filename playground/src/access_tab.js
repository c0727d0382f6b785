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

  async function ask({ isAsked = false } = {}) {
    const [from, to, on, as] = [source, destination, port, account].map(({ value }) => value.trim());
    const answer = await checker.ask("access", { source: from, destination: to, port: on, account: as });
    if (answer === undefined) return;
    const sentence = showAnswer(output, answer, goTo);
    if (isAsked) announce(sentence);
  }

  /** Asks about a name of the matrix. */
  function askAbout(word, isDestination) {
    [source.value, destination.value] = isDestination ? ["", word] : [word, ""];
    port.value = "";
    account.value = "";
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
    if (section.querySelectorAll("thead th").length <= FEW_COLUMNS) section.querySelector("table")?.classList.add("few");
    for (const link of section.querySelectorAll("a")) {
      const line = /:(\d+)/.exec(link.title)?.[1];
      const [name] = link.querySelectorAll("code");
      let replacement;
      if (line) {
        replacement = button("cell", "", () => goTo("policy", Number(line)));
        replacement.title = `line ${line}`;
      } else if (name?.textContent === link.textContent) {
        replacement = button("name", "", () => askAbout(name.textContent, link.closest("thead") !== null));
        replacement.title = link.closest("thead") === null ? "List what it reaches" : "List who reaches it";
      } else replacement = make("span", "");
      replacement.append(...link.childNodes);
      link.replaceWith(replacement);
    }
    container.replaceChildren(make("h2", "", heading), ...document.importNode(section, true).childNodes);
  }

  async function showOverview() {
    const overview = await checker.ask("overview");
    if (overview === undefined) return;
    const isOutdated = overview.matrix === undefined;
    for (const [id, heading] of [["matrix", "Access matrix"], ["picture", "Picture"]]) {
      const container = element(id);
      container.classList.toggle("outdated", isOutdated);
      if (!isOutdated) showSection(container, overview[id], heading);
      const title = container.querySelector("h2");
      if (title) title.textContent = isOutdated ? `${heading} before the error` : heading;
    }
  }

  async function suggest() {
    const { value } = await checker.ask("names") ?? {};
    if (value === undefined) return;
    const options = () => namesIn(value).slice(0, MOST_SUGGESTED).map((name) => Object.assign(document.createElement("option"), { value: name }));
    element("sources").replaceChildren(...options());
    element("destinations").replaceChildren(...options());
  }

  form.addEventListener("submit", (event) => { event.preventDefault(); ask({ isAsked: true }); });
  form.addEventListener("change", () => ask());
  element("swap").addEventListener("click", () => {
    [source.value, destination.value] = [destination.value, source.value];
    ask({ isAsked: true });
  });
  form.hidden = false;
  return { refresh: () => Promise.all([ask(), showOverview(), suggest()]) };
}

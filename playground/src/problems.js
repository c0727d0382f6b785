// The list of problems below the editor.

import { button, make } from "./dom.js";
import { fixedText, textOf } from "./files.js";

/** The most problems in the list. */
const MOST_SHOWN = 100;

const plural = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;

function describe({ failure, errors = 0, warnings = 0 }) {
  if (failure) return failure;
  const counts = [errors > 0 ? plural(errors, "error") : "", warnings > 0 ? plural(warnings, "warning") : ""];
  return counts.filter(Boolean).join(", ") || "No problems";
}

/** Makes a button that goes to a problem or a note. */
function place(one, goTo) {
  const name = textOf(one.file);
  const line = `line ${one.range.start.line}`;
  return button("place", name === "policy" ? line : `${name}, ${line}`, () => goTo(one));
}

function item(problem, { goTo, fix }) {
  const { severity, message, notes, help, tailscale, headscale, range } = problem;
  const heading = make("div", "", make("span", `severity ${severity}`, severity), " ", make("span", "", message));
  const all = make("li", severity, heading);
  if (range) heading.append(" ", place(problem, goTo));
  for (const note of notes) {
    const line = make("div", "note", note.message);
    if (note.range) line.append(" ", place(note, goTo));
    all.append(line);
  }
  if (tailscale) all.append(make("div", "note", "Tailscale answers: ", make("q", "", tailscale)));
  if (headscale) all.append(make("div", "note", "headscale answers: ", make("q", "", headscale)));
  if (help) {
    const line = make("div", "help", help);
    if (fixedText(problem) !== undefined) {
      const apply = button("fix", "Fix", () => fix(problem));
      apply.setAttribute("aria-label", `Fix: ${help.replaceAll("`", "")}`);
      line.append(" ", apply);
    }
    all.append(line);
  }
  return all;
}

/** Shows problems. Returns how many there are, in words. */
export function showProblems(list, result, actions) {
  const items = result.diagnostics.slice(0, MOST_SHOWN).map((problem) => item(problem, actions));
  const more = result.diagnostics.length - items.length + result.left;
  if (more > 0) items.push(make("li", "more", `${more.toLocaleString("en")} more`));
  // A click on "Fix" removes the focused button.
  const hadFocus = list.contains(document.activeElement);
  list.replaceChildren(...items);
  if (hadFocus && !list.contains(document.activeElement)) list.focus();
  return describe(result);
}

// Shows answers, with the classes that the report has for them.

import { readAnswer } from "./answer_text.js";
import { button, code, make } from "./dom.js";
import { textOf } from "./files.js";

const CLASSES = { allowed: "allowed", denied: "denied", "it depends": "depends" };
/** The most rules of an answer, so that a browser shows it immediately. */
const MOST_RULES = 200;

/** Makes a button that goes to a place of a text. */
function place(file, line, goTo) {
  const name = textOf(file);
  return button("place", name === "other" ? `line ${line} below` : `line ${line}`, () => goTo(name, line));
}

function rule({ label, file, line, text, notes }, goTo) {
  const item = make("li", "", place(file, line, goTo), " ");
  if (label) item.append(make("span", label.startsWith("perhaps") ? "label depends" : "label", label), " ");
  item.append(code(text), ...notes.map((note) => make("div", "note", note)));
  return item;
}

function change({ isGained, text, file, line, note }, goTo) {
  const item = make(
    "li",
    isGained ? "gained" : "lost",
    make("span", "sign", isGained ? "gained" : "lost"),
    " ",
    code(text),
    " ",
  );
  if (file) item.append(place(file, line, goTo));
  else item.append(make("span", "note", note));
  return item;
}

/** Makes a list of no more than `MOST_RULES` items, and says how many more there are. */
function list(items, view) {
  const all = [make("ul", "rules", ...items.slice(0, MOST_RULES).map(view))];
  const more = items.length - MOST_RULES;
  if (more > 0)
    all.push(
      make("p", "more", `${more.toLocaleString("en")} more are not shown here; the program lists all of them.`),
    );
  return all;
}

/** Shows an answer. Returns its first line. */
export function showAnswer(output, { text = "", failure, invalid }, goTo) {
  if (invalid !== undefined) return showInvalid(output, invalid);
  if (failure !== undefined) {
    const lines = failure
      .replace(/^error: /, "")
      .split("\n")
      .filter(Boolean);
    output.replaceChildren(...lines.map((line, place) => make("p", place === 0 ? "verdict error" : "more", line)));
    return lines[0] ?? "";
  }
  const parts = [];
  readAnswer(text).forEach((block, number) => {
    if (block.kind === "rules") parts.push(...list(block.rules, (one) => rule(one, goTo)));
    else if (block.kind === "changes") parts.push(...list(block.changes, (one) => change(one, goTo)));
    else if (block.kind === "verdict") {
      const words = [make("strong", "", block.decision), " ", block.text];
      parts.push(
        make(number === 0 ? "p" : "h3", `${number === 0 ? "verdict " : ""}${CLASSES[block.decision]}`, ...words),
      );
    } else parts.push(make("p", number === 0 ? "verdict" : block.level > 0 ? "who" : "", block.text));
  });
  output.replaceChildren(...parts);
  return parts[0]?.textContent ?? "";
}

const NAMES = { policy: "policy has", other: "other version has", invariants: "invariants have", facts: "facts have" };

/** Says which text has errors. */
export function showInvalid(output, file) {
  const message = `No answer: the ${NAMES[textOf(file)]} errors. Fix them first.`;
  output.replaceChildren(make("p", "verdict error", message));
  return message;
}

// Reads what the commands print for people, so that the page shows their words. Lines with a place
// in a policy are rules. Lines below a rule that are further to the right are about that rule.

const RULE = /^( *)(?:(\S.*?) +)?(\w+\.hujson):(\d+)(?: +(.*))?$/;
const CHANGE = /^ {2}([+-]) (.*?) +\((?:(\w+\.hujson):(\d+)|([^()]*))\)$/;
const VERDICT = /^(allowed|denied|it depends)\b:? ?(.*)$/;

/**
 * Returns the blocks of an answer:
 * `{ kind: "verdict", decision, text }`, `{ kind: "text", text, level }`,
 * `{ kind: "rules", rules: [{ label, file, line, text, notes }] }` and
 * `{ kind: "changes", changes: [{ isGained, text, file, line }] }`.
 */
export function readAnswer(text) {
  const blocks = [];
  let column = Infinity;
  const add = (kind, list, item) => {
    if (blocks.at(-1)?.kind !== kind) blocks.push({ kind, [list]: [] });
    blocks.at(-1)[list].push(item);
  };
  for (const line of text.split("\n")) {
    if (line.trim() === "") {
      column = Infinity;
      continue;
    }
    const indent = line.length - line.trimStart().length;
    const change = CHANGE.exec(line);
    const rule = RULE.exec(line);
    if (change !== null) {
      const [, sign, what, file, number, note] = change;
      add("changes", "changes", { isGained: sign === "+", text: what, file, line: Number(number), note });
    } else if (indent > column && blocks.at(-1)?.kind === "rules") {
      blocks.at(-1).rules.at(-1).notes.push(line.trim());
    } else if (rule !== null) {
      const [, , label = "", file, number, words = ""] = rule;
      column = line.indexOf(`${file}:${number}`);
      add("rules", "rules", { label, file, line: Number(number), text: words, notes: [] });
    } else {
      column = Infinity;
      const verdict = indent === 0 ? VERDICT.exec(line) : null;
      if (verdict !== null) blocks.push({ kind: "verdict", decision: verdict[1], text: verdict[2] });
      else blocks.push({ kind: "text", text: line.trim(), level: Math.floor(indent / 2) });
    }
  }
  return blocks;
}

// Answers questions as the playground does: `node answers.mjs ENGINE`. Each line of stdin is
// { "texts": { "policy": …, "other": …, "facts": … }, "questions": [[QUESTION, INPUT], …] }. The output
// has a line for each: the answers, and the words of each that the page shows.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { Policy } from "../../npm/src/policy.js";
import { readAnswer } from "../../playground/src/answer_text.js";
import { Questions } from "../../playground/src/questions.js";

const [engine] = process.argv.slice(2);
const { initSync, run, version } = await import(pathToFileURL(join(engine, "policy_wasm.js")));
initSync({ module: readFileSync(join(engine, "policy_wasm_bg.wasm")) });
const policy = new Policy({ run, version });

/** Returns everything that is in the blocks of an answer, in the order of the text. */
function shown(text) {
  const place = ({ file, line }) => `${file}:${line}`;
  const words = [];
  for (const block of readAnswer(text)) {
    if (block.kind === "verdict") words.push(block.decision, block.text);
    else if (block.kind === "text") words.push(block.text);
    else if (block.kind === "rules") {
      for (const rule of block.rules) words.push(rule.label, place(rule), rule.text, ...rule.notes);
    } else {
      for (const change of block.changes) {
        words.push(change.isGained ? "+" : "-", change.text, change.file === undefined ? change.note : place(change));
      }
    }
  }
  return words.join(" ").split(/\s+/).filter(Boolean).join(" ");
}

const lines = readFileSync(0, "utf8").split("\n").filter(Boolean);
for (const line of lines) {
  const { texts, questions } = JSON.parse(line);
  const asked = new Questions(policy, texts);
  console.log(
    JSON.stringify(
      questions.map(([question, input]) => {
        const answer = asked[question](input);
        return { ...answer, shown: answer.text === undefined ? undefined : shown(answer.text) };
      }),
    ),
  );
}

// Runs the checker. A message has the module, a text, or a question with a number.

import { initSync, run, version, Workspace } from "engine:";

import { Policy } from "../../npm/src/policy.js";
import { Questions } from "./questions.js";
import { FILES } from "./files.js";

let workspace;
let questions;
const texts = {};

const about = {
  version: () => version(),
  check: () => workspace.diagnostics(FILES.policy),
  checkOther: () => workspace.diagnostics(FILES.other),
  completion: ({ name, offset }) => workspace.completion(FILES[name], offset),
  hover: ({ name, offset }) => workspace.hover(FILES[name], offset),
};

function setText(name, text) {
  texts[name] = text;
  if (text.trim() === "" && name !== "policy") workspace.remove(FILES[name]);
  else workspace.update(FILES[name], text);
  if (name === "facts") workspace.setFacts(text.trim() === "" ? [] : [FILES.facts]);
}

onmessage = ({ data: { module, name, text, number, question, input } }) => {
  if (module !== undefined) {
    initSync({ module });
    workspace = new Workspace();
    questions = new Questions(new Policy({ run, version }), texts);
  } else if (name !== undefined) {
    setText(name, text);
  } else {
    try {
      const result = Object.hasOwn(about, question) ? about[question](input) : questions[question](input);
      postMessage({ number, result });
    } catch (error) {
      postMessage({ number, failure: String(error.message ?? error) });
    }
  }
};

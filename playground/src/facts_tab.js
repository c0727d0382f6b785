// The tab "Facts": the tailnet's users and devices.

import { textEditor } from "./editor.js";
import { make } from "./dom.js";
import { FILES } from "./files.js";

const HINT = `{
  "users": [{"name": "alice", "email": "alice@example.com", "role": "admin"}],
  "nodes": [{"name": "db-1", "tags": ["tag:db"]}]
}`;

export function factsTab({ changed }) {
  const message = document.getElementById("facts-message");
  const editor = textEditor(document.getElementById("facts-editor"), {
    label: "Facts about the tailnet",
    placeholder: HINT,
    changed,
  });
  return {
    editor,
    setText: (text) => editor.setText(text),
    goTo: (problem) => editor.goTo(problem),
    refresh() {},
    setProblems({ diagnostics }) {
      const own = diagnostics.filter(({ file }) => file === FILES.facts);
      editor.setProblems({ diagnostics: own });
      message.replaceChildren(...own.map(({ severity, message }) => make("p", `severity ${severity}`, message)));
    },
  };
}

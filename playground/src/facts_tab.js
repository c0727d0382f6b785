// The tab "Facts": the tailnet's users and devices.

import { textEditor } from "./editor.js";

const HINT = `{
  "users": [{"name": "alice", "email": "alice@example.com", "role": "admin"}],
  "nodes": [{"name": "db-1", "tags": ["tag:db"]}]
}`;

export function factsTab({ announce, changed }) {
  const editor = textEditor(document.getElementById("facts-editor"), {
    name: "facts",
    label: "Facts about the tailnet",
    hint: HINT,
    announce,
    changed,
  });
  return { editor, refresh() {} };
}

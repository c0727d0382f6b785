// The tab "Change": another version of the policy, and the difference in access.

import { showAnswer } from "./answer_view.js";
import { policyEditor } from "./editor.js";
import { make } from "./dom.js";

export function changeTab({ checker, goTo, announce, changed }) {
  const element = (id) => document.getElementById(id);
  const output = element("difference");
  const direction = element("direction");
  let text = "";
  const editor = policyEditor(element("other"), {
    label: "Other version of the policy",
    name: "other",
    checker,
    announce,
    hint: "Paste the other version of the policy here.",
    changed(value) {
      text = value;
      checker.setText("other", value);
      changed();
    },
  });
  element("copy-policy").addEventListener("click", async () => editor.setText(await checker.ask("text")));
  direction.addEventListener("change", changed);

  async function refresh() {
    if (text.trim() === "") {
      output.replaceChildren(make("p", "more", "There is no other version yet."));
      return;
    }
    const [answer, problems] = await Promise.all([
      checker.ask("diff", { otherIs: direction.value }),
      checker.checkOther(),
    ]);
    if (problems !== undefined) editor.setProblems(problems);
    if (answer !== undefined) showAnswer(output, answer, goTo);
  }
  return { refresh, editor };
}

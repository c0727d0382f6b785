// The tab "Rust": the policy as `policy!`.

import { showAnswer } from "./answer_view.js";
import { codeView } from "./editor.js";

export function rustTab({ checker, goTo, announce }) {
  const element = (id) => document.getElementById(id);
  const copy = element("copy-rust");
  const container = element("rust-code");
  const view = codeView(container, { label: "The policy in Rust" });
  let text = "";

  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      copy.textContent = "Copied";
    } catch {
      copy.textContent = "Not allowed to copy";
    }
    announce(copy.textContent);
    setTimeout(() => {
      copy.textContent = "Copy";
    }, 2500);
  });

  async function refresh() {
    const answer = await checker.ask("rust");
    if (answer === undefined) return;
    text = answer.text ?? "";
    container.hidden = text === "";
    copy.disabled = text === "";
    if (answer.text === undefined) showAnswer(element("rust-message"), answer, goTo);
    else element("rust-message").replaceChildren();
    view.setText(text);
  }
  return { refresh };
}

// The tab "Tests": the outcomes of the policy's tests, its invariants, and the rules that no test needs.

import { showAnswer } from "./answer_view.js";
import { button, code, make } from "./dom.js";
import { textEditor } from "./editor.js";
import { textOf } from "./files.js";
import { policyInRust } from "./hujson.js";

const OUTCOMES = { pass: ["pass", "allowed"], fail: ["fail", "denied"], unknown: ["unknown", "depends"] };
/** The most items of a list, so that a browser shows it immediately. */
const MOST_SHOWN = 200;

export function testsTab({ checker, goTo, announce, changed }) {
  const element = (id) => document.getElementById(id);
  const outcomes = element("outcomes");
  const untested = element("untested");
  const coverage = element("coverage");

  const editor = textEditor(element("invariants"), {
    name: "invariants",
    label: "Invariants",
    hint: "never autogroup:member -> tag:db on tcp:22;",
    language: policyInRust,
    announce,
    changed,
  });

  const place = ({ file, line }) => button("place", `line ${line}`, () => goTo(textOf(file), line));

  function showTarget({ expect, target, dst, outcome, rule, diagnostic }) {
    const [word, className] = OUTCOMES[outcome];
    const item = make(
      "li",
      className,
      make("strong", "", word),
      ` ${expect} `,
      code(dst === null ? target : `${dst} as ${target}`),
    );
    if (rule?.line) item.append(" by the rule in ", place(rule));
    if (diagnostic) item.append(make("div", "note", diagnostic.message));
    return item;
  }

  function showOutcomes({ value: { tests }, summary }) {
    const parts = [
      make("p", "verdict", tests.length === 0 ? "The policy has no tests." : summary.trim().replace(/^\S+: /, "")),
    ];
    for (const test of tests.slice(0, MOST_SHOWN)) {
      const heading = make("h3", "", test.section === "sshTests" ? "SSH from " : "From ", code(test.src), " ");
      if (test.line) heading.append(place(test));
      parts.push(heading, make("ul", "rules", ...test.targets.map(showTarget)));
    }
    if (tests.length > MOST_SHOWN)
      parts.push(make("p", "more", `${tests.length - MOST_SHOWN} more are not shown here.`));
    outcomes.replaceChildren(...parts);
  }

  async function refresh() {
    const answer = await checker.ask("test", {});
    if (answer === undefined) return;
    if (answer.value === undefined) showAnswer(outcomes, answer, goTo);
    else showOutcomes(answer);
    // It is about an earlier text.
    untested.replaceChildren();
  }

  function showCoverage({ coverage: { rules, needed, percent, each } }) {
    const missing = each.filter((rule) => !rule.needed && !rule.needless);
    const sentence = `Tests need ${needed} of ${rules} rules (${percent}%).`;
    const items = missing.slice(0, MOST_SHOWN).map((rule) => {
      const item = make("li", "", place(rule), " ", code(rule.rule));
      if (rule.pin) {
        const { src, ...targets } = rule.pin.test;
        item.append(make("div", "note", "this test would: ", code(JSON.stringify({ src, ...targets }))));
      } else item.append(make("div", "note", "no test was found that would need it"));
      return item;
    });
    untested.replaceChildren(make("p", "verdict", sentence));
    if (items.length > 0)
      untested.append(make("p", "", "Nothing would fail without these rules:"), make("ul", "rules", ...items));
    if (missing.length > MOST_SHOWN)
      untested.append(make("p", "more", `${missing.length - MOST_SHOWN} more are not shown here.`));
    announce(sentence);
  }

  coverage.addEventListener("click", async () => {
    coverage.disabled = true;
    coverage.textContent = "Searching…";
    try {
      const answer = await checker.ask("test", { coverage: true });
      if (answer?.value !== undefined) showCoverage(answer.value);
      else if (answer !== undefined) showAnswer(untested, answer, goTo);
    } finally {
      coverage.disabled = false;
      coverage.textContent = "Find rules without a test";
      coverage.focus();
    }
  });
  return { refresh, editor };
}

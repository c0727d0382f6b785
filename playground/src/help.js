// Completion and explanations in an editor.

import { autocompletion, completionKeymap } from "@codemirror/autocomplete";
import { StateEffect, StateField } from "@codemirror/state";
import { hoverTooltip, keymap, showTooltip } from "@codemirror/view";

import { make } from "./dom.js";
import { markdown } from "./markdown.js";

/** The letters of words for which completion starts without a key. */
const WORD = /["\w:.@*-]$/;

function explanation({ from, to, text }) {
  return { pos: from, end: to, above: true, create: () => ({ dom: make("div", "explanation", ...markdown(text)) }) };
}

const explain = StateEffect.define();
const explained = StateField.define({
  create: () => null,
  update(tooltip, { effects, docChanged, selection }) {
    const effect = effects.find((one) => one.is(explain));
    if (effect) return effect.value;
    return docChanged || selection ? null : tooltip;
  },
  provide: (field) => showTooltip.from(field),
});

/** Returns the extensions for a text that the checker knows by its name. */
export function help({ name, checker, announce }) {
  async function complete({ state, pos, explicit }) {
    const before = state.doc.lineAt(pos).text.slice(0, pos - state.doc.lineAt(pos).from);
    if (!explicit && !WORD.test(before)) return null;
    const found = await checker.completion(name, pos);
    if (!found?.length) return null;
    const options = found.map(({ label, kind, detail, doc, from, to, insert }) => ({
      label,
      type: kind,
      detail: detail ?? undefined,
      info: doc ? () => make("div", "explanation", ...markdown(doc)) : undefined,
      apply: (view, _, __, end) =>
        view.dispatch({
          changes: { from, to: Math.max(to, end), insert },
          selection: { anchor: from + insert.length },
          userEvent: "input.complete",
        }),
    }));
    return { from: found[0].from, options };
  }

  async function hover(view, offset) {
    const found = await checker.hover(name, offset);
    return found ? explanation(found) : null;
  }

  function explainAtCursor(view) {
    const { from } = view.state.selection.main;
    // A word begins after its quote.
    const offset = view.state.sliceDoc(from, from + 1) === '"' ? from + 1 : from;
    checker.hover(name, offset).then((found) => {
      announce(found ? found.text.replaceAll("`", "") : "There is no explanation for this word.");
      if (found && offset <= view.state.doc.length) view.dispatch({ effects: explain.of(explanation(found)) });
    });
    return true;
  }

  return [
    autocompletion({ override: [complete], activateOnTypingDelay: 80, icons: false }),
    hoverTooltip(hover),
    explained,
    keymap.of([
      ...completionKeymap,
      { key: "Mod-i", run: explainAtCursor, preventDefault: true },
      {
        key: "Escape",
        run(view) {
          if (view.state.field(explained) === null) return false;
          view.dispatch({ effects: explain.of(null) });
          return true;
        },
      },
    ]),
  ];
}

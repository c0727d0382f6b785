// The editors: CodeMirror with the checker's problems, words and explanations.

import { closeBrackets, closeBracketsKeymap, completionStatus } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, indentOnInput, indentUnit } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState, Prec } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
  placeholder,
} from "@codemirror/view";

import { colours, hujson, policyInRust } from "./hujson.js";
import { help } from "./help.js";
import { FILES, fixedText } from "./files.js";

const theme = EditorView.theme({
  "&": { height: "100%", backgroundColor: "var(--ground)", color: "var(--ink)", fontSize: "13.5px" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "ui-monospace, 'SF Mono', Menlo, Consolas, monospace", lineHeight: "1.55" },
  ".cm-content": { caretColor: "var(--ink)", padding: ".5rem 0" },
  ".cm-cursor": { borderLeftColor: "var(--ink)", borderLeftWidth: "2px" },
  ".cm-gutters": { backgroundColor: "var(--ground)", color: "var(--soft)", border: "none" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--box) 70%, transparent)" },
  ".cm-activeLineGutter": { backgroundColor: "var(--box)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--select)",
  },
  ".cm-placeholder": { color: "var(--soft)" },
  ".cm-selectionMatch, &.cm-focused .cm-matchingBracket": { backgroundColor: "var(--select)" },
  ".cm-searchMatch": { backgroundColor: "var(--all)", outline: "1px solid var(--rim)" },
  ".cm-panels": { backgroundColor: "var(--box)", color: "var(--ink)" },
  ".cm-tooltip": {
    backgroundColor: "var(--ground)",
    color: "var(--ink)",
    border: "1px solid var(--rim)",
    borderRadius: ".375rem",
    boxShadow: "0 4px 16px rgb(0 0 0 / .18)",
    maxWidth: "min(34rem, 90vw)",
    font: "14px/1.45 system-ui, sans-serif",
  },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--ground)" },
  ".cm-completionDetail": { color: "inherit", opacity: ".8", fontStyle: "normal" },
  ".cm-diagnostic": { padding: ".5rem .75rem", borderLeftWidth: "3px" },
  ".cm-diagnosticAction": {
    backgroundColor: "var(--accent)",
    color: "var(--ground)",
    padding: ".15rem .5rem",
    borderRadius: ".25rem",
  },
  ".cm-gutter-lint": { width: "1.1em" },
});

/** The time in which Tab leaves the editor after Escape, in milliseconds. */
const LEAVING = 2000;

/** Lets Tab leave the editor after Escape, even if Escape also ends a selection. */
const leave = Prec.highest(
  EditorView.domEventHandlers({
    keydown({ key }, view) {
      if (key === "Escape" && completionStatus(view.state) === null) view.setTabFocusMode(LEAVING);
      return false;
    },
  }),
);

const nonce = document.body.dataset.nonce;

/** Makes an editor for a text, without the checker. */
function editorView(parent, { label, changed, extensions = [] }) {
  const view = new EditorView({
    parent,
    state: EditorState.create({
      extensions: [
        EditorView.cspNonce.of(nonce),
        theme,
        colours,
        lineNumbers(),
        drawSelection(),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({
          "aria-label": label,
          tabindex: "0",
          spellcheck: "false",
          autocapitalize: "off",
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) changed?.(update.state.doc.toString());
        }),
        ...extensions,
      ],
    }),
  });
  const clamp = (offset) => Math.min(offset ?? 0, view.state.doc.length);

  function select(from, to) {
    view.dispatch({
      selection: { anchor: clamp(from), head: clamp(to) },
      effects: EditorView.scrollIntoView(clamp(from), { y: "center" }),
    });
    view.focus();
  }

  return {
    view,
    /** Replaces the text; undo has the one before. */
    setText(text) {
      if (text !== view.state.doc.toString()) {
        view.dispatch({
          changes: { from: 0, to: view.state.doc.length, insert: text },
          selection: { anchor: 0 },
          scrollIntoView: true,
        });
      }
    },
    goToLine(number) {
      const line = view.state.doc.line(Math.max(1, Math.min(number, view.state.doc.lines)));
      const indent = line.text.length - line.text.trimStart().length;
      select(line.from + indent, line.to);
    },
    goTo({ from, to }) {
      select(from, to);
    },
    /** Makes the change that a problem suggests. */
    fix({ fix: { edits } }) {
      view.dispatch({
        changes: edits.map(({ from, to, text }) => ({ from, to, insert: text })),
        scrollIntoView: true,
        userEvent: "input.fix",
      });
    },
  };
}

/** Makes an editor for the text of a name, which shows the problems that the checker finds. */
export function textEditor(
  parent,
  { name, label, changed, announce, hint = "", language = hujson, extensions = [] },
) {
  const editor = editorView(parent, {
    label,
    changed,
    extensions: [
      history(),
      closeBrackets(),
      bracketMatching(),
      indentOnInput(),
      indentUnit.of("\t"),
      EditorState.tabSize.of(2),
      highlightActiveLine(),
      highlightActiveLineGutter(),
      highlightSelectionMatches(),
      lintGutter(),
      language,
      leave,
      placeholder(hint),
      ...extensions,
      keymap.of([
        { key: "Mod-.", run: fixAtCursor },
        ...closeBracketsKeymap,
        ...historyKeymap,
        ...searchKeymap,
        ...lintKeymap,
        ...defaultKeymap,
        indentWithTab,
      ]),
    ],
  });
  const { view } = editor;
  let problems = [];

  /** Makes the change that the problem at the cursor suggests. */
  function fixAtCursor() {
    const { head } = view.state.selection.main;
    const isHere = (problem) => fixedText(problem) === name && problem.from <= head && head <= problem.to;
    const problem = problems.find(isHere);
    if (problem === undefined) return false;
    editor.fix(problem);
    announce(`Fixed: ${problem.message.replaceAll("`", "")}`);
    return true;
  }

  function underline(problem) {
    const { severity, message, help: advice, from, to } = problem;
    const end = Math.min(to, view.state.doc.length);
    const actions = fixedText(problem) === name ? [{ name: "Fix", apply: () => editor.fix(problem) }] : [];
    return {
      from: Math.min(from, end),
      to: end,
      severity,
      message: advice ? `${message}\nhelp: ${advice}` : message,
      actions,
    };
  }

  /** Underlines the problems of this text. It must not have changed since. */
  editor.setProblems = ({ diagnostics }) => {
    problems = diagnostics.filter(({ file, from }) => file === FILES[name] && from !== undefined);
    view.dispatch(setDiagnostics(view.state, problems.map(underline)));
  };
  return editor;
}

/** Makes an editor for a policy, with completion and explanations. */
export function policyEditor(parent, { name, checker, announce, ...options }) {
  return textEditor(parent, { ...options, name, announce, extensions: help({ name, checker, announce }) });
}

/** Makes a view of a policy in Rust. */
export function codeView(parent, { label }) {
  return editorView(parent, {
    label,
    extensions: [
      policyInRust,
      EditorState.readOnly.of(true),
      EditorView.editable.of(false),
      keymap.of(searchKeymap),
      EditorView.contentAttributes.of({ role: "textbox", "aria-multiline": "true", "aria-readonly": "true" }),
    ],
  });
}

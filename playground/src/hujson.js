// The colours of HuJSON. A name's prefix says what it is, so they need no parser.

import { HighlightStyle, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { tags } from "@lezer/highlight";

const NAMES = [
  [/^(autogroup:|\*$)/, "keyword"],
  [/^group:/, "typeName"],
  [/^tag:/, "tagName"],
  [/^(ipset:|host:|posture:|svc:)/, "className"],
  [/^[^@\s]+@/, "labelName"],
];

export const hujson = StreamLanguage.define({
  name: "hujson",
  startState: () => ({ isInComment: false }),
  token(stream, state) {
    if (state.isInComment || stream.match("/*")) {
      state.isInComment = !stream.match(/^.*?\*\//);
      if (state.isInComment) stream.skipToEnd();
      return "comment";
    }
    if (stream.eatSpace()) return null;
    if (stream.match("//")) {
      stream.skipToEnd();
      return "comment";
    }
    const string = stream.match(/^"((?:[^"\\]|\\.)*)"?/);
    if (string) {
      const otherwise = stream.match(/^\s*:/, false) ? "propertyName" : "string";
      return NAMES.find(([prefix]) => prefix.test(string[1]))?.[1] ?? otherwise;
    }
    if (stream.match(/^-?\d[\d.eE+-]*/)) return "number";
    if (stream.match(/^(true|false|null)\b/)) return "bool";
    if (stream.match(/^[{}[\]:,]/)) return "punctuation";
    stream.next();
    return "invalid";
  },
  indent(_, textAfter, context) {
    const {
      unit,
      pos,
      state: { doc },
    } = context;
    const { number } = doc.lineAt(pos);
    if (number === 1) return 0;
    const before = doc.line(number - 1);
    const opens = /[{[]\s*(\/\/.*)?$/.test(before.text) ? unit : 0;
    const closes = /^\s*[}\]]/.test(textAfter) ? unit : 0;
    return Math.max(0, context.lineIndent(before.from) + opens - closes);
  },
  languageData: {
    commentTokens: { line: "//", block: { open: "/*", close: "*/" } },
    closeBrackets: { brackets: ["[", "{", '"'] },
  },
});

const WORDS = new Set(
  `
  users groups tagOwners hosts ipsets postures services grants acls ssh tests sshTests nodeAttrs
  autoApprovers invariants capabilities let for in except on as via app srcPosture accept deny check
  attr until never only always remove add
  `.split(/\s+/),
);

/** The colours of `policy!`. */
export const policyInRust = StreamLanguage.define({
  name: "policy-rust",
  token(stream) {
    if (stream.eatSpace()) return null;
    if (stream.match("//")) {
      stream.skipToEnd();
      return "comment";
    }
    if (stream.match(/^"(?:[^"\\]|\\.)*"?/)) return "string";
    if (stream.match(/^policy_macros::policy!/)) return "keyword";
    if (stream.match(/^autogroup:[\w-]+/)) return "keyword";
    if (stream.match(/^group:[\w-]+/)) return "typeName";
    if (stream.match(/^tag:[\w-]+/)) return "tagName";
    if (stream.match(/^(ipset|host|posture|svc):[\w-]+/)) return "className";
    if (stream.match(/^(tcp|udp|icmp|sctp):/)) return "number";
    const word = stream.match(/^[\w$-]+/);
    if (word) return WORDS.has(word[0]) ? "propertyName" : null;
    stream.next();
    return null;
  },
});

export const colours = syntaxHighlighting(
  HighlightStyle.define([
    { tag: tags.comment, class: "c-comment" },
    { tag: tags.propertyName, class: "c-key" },
    { tag: tags.string, class: "c-string" },
    { tag: [tags.number, tags.bool], class: "c-number" },
    { tag: tags.keyword, class: "c-keyword" },
    { tag: tags.typeName, class: "c-group" },
    { tag: tags.tagName, class: "c-tag" },
    { tag: tags.className, class: "c-host" },
    { tag: tags.labelName, class: "c-user" },
    { tag: tags.invalid, class: "c-invalid" },
    { tag: tags.punctuation, class: "c-punctuation" },
  ]),
);

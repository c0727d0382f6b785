// Shows the little Markdown that explanations have: paragraphs, lists, code and bold words.

import { make } from "./dom.js";

function words(text) {
  return text.split("**").map((part, place) => (place % 2 === 0 ? part : make("strong", "", part)));
}

/** Returns the elements of a Markdown text. */
export function markdown(text) {
  const all = [];
  for (const block of text.split(/\n{2,}/)) {
    const fence = /^```\w*\n([^]*?)\n?```$/.exec(block);
    const lines = block.split("\n");
    if (fence !== null) all.push(Object.assign(document.createElement("pre"), { textContent: fence[1] }));
    else if (lines.every((line) => line.startsWith("- "))) {
      all.push(make("ul", "", ...lines.map((line) => make("li", "", ...words(line.slice(2))))));
    } else all.push(make("p", "", ...words(block)));
  }
  return all;
}

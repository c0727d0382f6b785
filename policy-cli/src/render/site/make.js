// Makes elements. The playground uses it, too.
"use strict";

// Makes an element with a class and contents. Words in backticks become code.
function make(tag, className, ...content) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  for (const item of content) {
    if (typeof item !== "string") { element.append(item); continue; }
    item.split("`").forEach((text, place) => {
      if (place % 2 === 0) element.append(text);
      else element.append(Object.assign(document.createElement("code"), { textContent: text }));
    });
  }
  return element;
}

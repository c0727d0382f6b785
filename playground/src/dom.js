/** Makes an element with a class and contents. Words in backticks become code. */
export function make(tag, className, ...content) {
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

/** Makes an element of code, whose text may have backticks. */
export function code(text) {
  return Object.assign(document.createElement("code"), { textContent: text });
}

/** Makes a button that does something. */
export function button(className, text, action) {
  const element = make("button", className, text);
  element.type = "button";
  element.addEventListener("click", action);
  return element;
}

import { make } from "site:make.js?make";

export { make };

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

// The search and the links within the page.
"use strict";
const search = document.getElementById("search");
const found = document.getElementById("found");
const sections = [...document.querySelectorAll("main section")].map((element) => ({
  element,
  entries: [...element.querySelectorAll("tbody tr, details, :scope > ul > li, :scope > ol > li")].map((entry) => ({ entry, text: null, lines: null })),
}));
const textOf = (element) => element.textContent.toLowerCase();
// A search for a column of the matrix also finds the rows that have access there.
const headings = [...document.querySelectorAll("#matrix thead th")];
function textOfRow(row) {
  if (!row.closest("#matrix")) return textOf(row);
  return [...row.cells].map((cell, place) => cell.className === "none" ? "" : textOf(cell) + " " + (place > 0 ? textOf(headings[place]) : "")).join(" ");
}
// Columns keep their width when rows are hidden.
let isFixed = false;
function fixColumns() {
  if (isFixed) return;
  isFixed = true;
  const widths = headings.map((heading) => heading.offsetWidth);
  headings.forEach((heading, place) => { heading.style.minWidth = widths[place] + "px"; });
}
function has(text, words) { return words.every((word) => text.includes(word)); }
function filter() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  document.getElementById("main").classList.toggle("searching", words.length > 0);
  if (words.length > 0) fixColumns();
  headings.forEach((heading) => heading.classList.toggle("found", words.some((word) => textOf(heading).includes(word))));
  let count = 0;
  for (const { element, entries } of sections) {
    if (element.id === "ask") continue;
    let visible = 0;
    for (const item of entries) {
      item.text ??= item.entry.tagName === "TR" ? textOfRow(item.entry) : textOf(item.entry);
      const matches = has(item.text, words);
      item.entry.hidden = !matches;
      visible += matches;
      if (item.entry.tagName !== "DETAILS") continue;
      item.lines ??= [...item.entry.querySelectorAll("li")].map((line) => ({ line, text: textOf(line) }));
      item.name ??= textOf(item.entry.querySelector("summary"));
      const left = words.filter((word) => !item.name.includes(word));
      for (const { line, text } of item.lines) line.hidden = !has(text, left);
      if (words.length > 0 && matches) { if (!item.entry.open) { item.entry.open = true; item.opened = true; } }
      else if (item.opened) { item.entry.open = false; item.opened = false; }
    }
    element.hidden = words.length > 0 && visible === 0;
    count += visible;
  }
  found.textContent = words.length === 0 ? "" : count === 1 ? "1 match" : count + " matches";
}
let waiting;
search.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(filter, 120); });
search.form.addEventListener("submit", (event) => { event.preventDefault(); filter(); });
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !/^(INPUT|TEXTAREA)$/.test(document.activeElement?.tagName ?? "")) { event.preventDefault(); search.focus(); }
});
function openTarget() {
  const target = document.getElementById(location.hash.slice(1));
  if (target?.tagName === "DETAILS") target.open = true;
  // End the search if it hides the target of the link.
  if (target?.closest("[hidden]")) { search.value = ""; filter(); target.scrollIntoView(); }
}
addEventListener("hashchange", openTarget);
openTarget();
document.querySelector(".tools").hidden = false;
if (search.value) filter();

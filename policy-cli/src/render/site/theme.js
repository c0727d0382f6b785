// The button for the theme. The playground has it, too.
"use strict";
const root = document.documentElement;
const theme = document.getElementById("theme");
const themes = ["auto", "light", "dark"];
// Some browsers do not give local files a separate storage.
const storage = { get() { try { return localStorage.getItem("theme"); } catch { return null; } }, set(value) { try { localStorage.setItem("theme", value); } catch {} } };
function show(value) {
  if (value === "auto") delete root.dataset.theme; else root.dataset.theme = value;
  theme.textContent = "Theme: " + value;
  theme.dataset.value = value;
}
show(themes.includes(storage.get()) ? storage.get() : "auto");
theme.addEventListener("click", () => {
  const next = themes[(themes.indexOf(theme.dataset.value) + 1) % themes.length];
  show(next);
  storage.set(next);
});

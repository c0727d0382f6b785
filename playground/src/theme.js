// The button for the theme. The report has the same one.

const THEMES = ["auto", "light", "dark"];

export function startTheme(button) {
  const root = document.documentElement;
  let current = "auto";
  const show = (theme) => {
    current = theme;
    if (theme === "auto") delete root.dataset.theme; else root.dataset.theme = theme;
    button.textContent = `Theme: ${theme}`;
  };
  // Some browsers have no storage for local files.
  try {
    const saved = localStorage.getItem("theme");
    if (THEMES.includes(saved)) show(saved);
  } catch {}
  button.addEventListener("click", () => {
    show(THEMES[(THEMES.indexOf(current) + 1) % THEMES.length]);
    try { localStorage.setItem("theme", current); } catch {}
  });
}

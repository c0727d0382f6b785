// The tabs: arrow keys, Home and End move between them, as in the ARIA pattern.

/** Starts the tabs. `contents` has an object with `refresh` for the id of each panel. */
export function startTabs(container, contents) {
  const buttons = [...container.querySelectorAll("[role=tab]")];
  const panel = (button) => document.getElementById(button.getAttribute("aria-controls"));
  let current;

  function select(button, { focus = false } = {}) {
    for (const other of buttons) {
      const isSelected = other === button;
      other.setAttribute("aria-selected", String(isSelected));
      other.tabIndex = isSelected ? 0 : -1;
      panel(other).hidden = !isSelected;
    }
    current = contents[panel(button).id];
    if (focus) button.focus();
    current.refresh();
  }

  buttons.forEach((button, place) => {
    button.addEventListener("click", () => select(button));
    button.addEventListener("keydown", (event) => {
      const next = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: -1 }[event.key];
      if (next === undefined) return;
      event.preventDefault();
      select(buttons.at(next % buttons.length), { focus: true });
    });
  });
  select(buttons[0]);
  return {
    get current() {
      return current;
    },
    show(id) {
      const button = buttons.find((one) => panel(one).id === id);
      if (panel(button).hidden) select(button);
    },
  };
}

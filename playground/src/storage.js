// What survives a reload of the page. It ends with the browser's tab.

// Some browsers have no storage for local files, and it has a limit.
export function stored(name) {
  try {
    return sessionStorage.getItem(name) ?? undefined;
  } catch {
    return undefined;
  }
}

export function store(name, text) {
  try {
    sessionStorage.setItem(name, text);
  } catch {
    try {
      sessionStorage.removeItem(name);
    } catch {}
  }
}

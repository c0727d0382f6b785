// The names of the texts as files.

export const FILES = { policy: "policy.hujson", other: "other.hujson", facts: "facts.json" };

/** Returns the name of the text that a file is. */
export function textOf(file) {
  return Object.keys(FILES).find((name) => FILES[name] === file);
}

// The names of the texts as files.

export const FILES = {
  policy: "policy.hujson",
  // Commands find it beside the policy.
  invariants: "policy.invariants",
  other: "other.hujson",
  facts: "facts.json",
};

/** Returns the name of the text that a file is. */
export function textOf(file) {
  return Object.keys(FILES).find((name) => FILES[name] === file);
}

/** Returns the text whose change fixes a problem. `undefined` if there is none. */
export function fixedText({ fix }) {
  const files = new Set(fix?.edits.map(({ file }) => file));
  return files.size === 1 ? textOf([...files][0]) : undefined;
}

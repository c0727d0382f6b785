// The files that a command line is about, and stdin.

import { readFileSync, statSync } from "node:fs";
import { dirname, join, parse } from "node:path";

import { messageOf } from "./message.js";

/** Options whose file is written, not read. */
const OUTPUTS = ["--output", "-o", "--log"];

/** Returns the contents of the files that arguments name, and of the invariants beside them. */
export function filesOf(args) {
  const files = {};
  const add = (path, isOutput = false) => {
    const content = path === "" || path === "-" ? undefined : read(path, isOutput);
    if (content !== undefined) files[path] = content;
    for (const directory of path === "" ? [] : [path, dirname(path)].filter(isDirectory)) {
      files[`${directory.replace(/\/+$/, "")}/`] = "";
    }
  };
  args.forEach((arg, index) => {
    const equals = arg.indexOf("=");
    add(arg, OUTPUTS.includes(args[index - 1]));
    add(besideOf(arg));
    if (equals > 0) add(arg.slice(equals + 1), OUTPUTS.includes(arg.slice(0, equals)));
    if (/^-o[^=]/.test(arg)) add(arg.slice(2), true);
  });
  return files;
}

/** Returns the name of the file of invariants beside a policy, as the program calls it. */
function besideOf(path) {
  const { dir, name } = parse(path);
  const beside = join(dir, `${name}.invariants`);
  return path.startsWith("./") ? `./${beside}` : beside;
}

function stat(path) {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    // For example, a question that is longer than names of files can be.
    return undefined;
  }
}

function isDirectory(path) {
  return stat(path)?.isDirectory() ?? false;
}

/** Returns the bytes of a file or a pipe. `undefined` if there is none, or if it is only written. */
function read(path, isOutput) {
  const found = stat(path);
  if (!found?.isFile() && (isOutput || !found?.isFIFO())) return undefined;
  try {
    return readFileSync(path);
  } catch (error) {
    throw new Error(messageOf("read", path, error));
  }
}

/** Returns the bytes of stdin. */
export async function readStdin() {
  const pieces = [];
  for await (const piece of process.stdin) pieces.push(piece);
  return Buffer.concat(pieces);
}

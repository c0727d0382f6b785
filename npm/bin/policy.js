#!/usr/bin/env node
// Runs a command line of the program `policy` on real files. The output and the exit status are those
// of the native program.

import { chmodSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { parse, join } from "node:path";

import { load } from "../src/index.js";

/** Returns the text of a file. `undefined` if there is no such file. */
function read(path) {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(readFileSync(path));
  } catch (error) {
    process.stderr.write(`error: cannot read \`${path}\`: ${error.code ?? "it is not UTF-8"}\n`);
    process.exit(2);
  }
}

/** Returns the files that arguments name, and the invariants beside them. */
function filesOf(args) {
  const words = args.flatMap((arg) => [arg, arg.slice(arg.indexOf("=") + 1)]);
  const beside = words.map((word) => {
    const { dir, name } = parse(word);
    const path = join(dir, `${name}.invariants`);
    // The program calls the file as the user called the other one.
    return word.startsWith("./") ? `./${path}` : path;
  });
  const files = {};
  for (const path of [...words, ...beside]) {
    const text = path === "" || path === "-" ? undefined : read(path);
    if (text !== undefined) files[path] = text;
  }
  return files;
}

/** Replaces a file at once, so that nobody reads a half of it. */
function write(path, text) {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, text);
    const before = statSync(path, { throwIfNoEntry: false });
    if (before) chmodSync(temporary, before.mode);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    process.stderr.write(`error: cannot write \`${path}\`: ${error.message}\n`);
    process.exit(2);
  }
}

// The reader of the output may leave early.
process.stdout.on("error", (error) => process.exit(error.code === "EPIPE" ? 0 : 2));

const args = process.argv.slice(2);
const color = Boolean(process.stdout.isTTY && process.stderr.isTTY && !process.env.NO_COLOR);
const stdin = args.includes("-") ? readFileSync(0, "utf8") : undefined;
const today = process.env.POLICY_TODAY;
const policy = await load();
const { status, stdout, stderr, files } = policy.run(args, filesOf(args), { stdin, today, color });
for (const [path, text] of Object.entries(files)) write(path, text);
process.stdout.write(stdout);
process.stderr.write(stderr);
process.exitCode = status;

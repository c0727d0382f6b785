#!/usr/bin/env node
// Runs a command line of the program `policy` on real files. The output and the exit status are those
// of the native program.

import { load } from "../src/index.js";
import { colors } from "./colors.js";
import { filesOf, readStdin } from "./read.js";
import { write } from "./write.js";

// It is not an error if the reader of the output leaves early.
process.stdout.on("error", (error) => process.exit(error.code === "EPIPE" ? process.exitCode : 2));

const args = process.argv.slice(2);
const policy = await load();
try {
  const files = filesOf(args);
  const stdin = args.includes("-") ? await readStdin() : undefined;
  const { status, stdout, stderr, files: written } = policy.run(args, files, {
    stdin,
    today: process.env.POLICY_TODAY,
    color: colors(),
  });
  for (const [path, text] of Object.entries(written)) write(path, text);
  process.exitCode = status;
  // On a terminal, the summary of `check` comes after the findings.
  process.stdout.write(stdout);
  process.stderr.write(stderr);
} catch (error) {
  process.stderr.write(`error: ${error.message}\n`);
  process.exitCode = error.status ?? 2;
}

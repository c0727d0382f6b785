#!/usr/bin/env node
// Starts the program of this machine's package.
"use strict";

const { spawnSync } = require("child_process");

const name = `@tailnet-policy/${process.platform}-${process.arch}`;
const file = process.platform === "win32" ? "policy.exe" : "policy";

let program;
try {
  program = require.resolve(`${name}/bin/${file}`);
} catch {
  console.error(
    `error: the package ${name} is not installed\n` +
      "help: install again without `--omit=optional` and `--no-optional`; if there is no such package, " +
      "tailnet-policy is not built for this platform",
  );
  process.exit(2);
}

const run = spawnSync(program, process.argv.slice(2), { stdio: "inherit" });
if (run.error) {
  console.error(`error: cannot run ${program}: ${run.error.message}`);
  process.exit(2);
}
if (run.signal) {
  process.kill(process.pid, run.signal);
} else {
  process.exit(run.status);
}

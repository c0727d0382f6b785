// The program `policy` in place of the WebAssembly module: it runs on files in a temporary folder.
// POLICY_PROGRAM is its path.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const program = process.env.POLICY_PROGRAM;

export function run(args, files, { stdin, today }) {
  const folder = mkdtempSync(join(tmpdir(), "policy-"));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const { status, stdout, stderr, error } = spawnSync(program, args, {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, NO_COLOR: "1", POLICY_TODAY: today },
      input: stdin ?? "",
      maxBuffer: 1 << 28,
    });
    if (error) throw error;
    const written = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]);
    const changed = written.filter(([name, text]) => files[name] !== text);
    return { status, stdout, stderr, files: Object.fromEntries(changed) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function version() {
  return spawnSync(program, ["--version"], { encoding: "utf8" }).stdout.trim().split(" ").at(-1);
}

// Checks, formats, compares and explains Tailscale policies.

import { packagedModule } from "#module";
import init, * as engine from "../engine/policy_wasm.js";

import { Policy } from "./policy.js";

export { PolicyError } from "./error.js";
export { Policy };
export { Workspace } from "./workspace.js";

let loaded;

/** Loads the WebAssembly module once, and returns the questions. */
export function load({ module } = {}) {
  loaded ??= start(module).catch((error) => {
    // The next call tries again.
    loaded = undefined;
    throw error;
  });
  return loaded;
}

async function start(module) {
  await init({ module_or_path: (await module) ?? (await packagedModule()) });
  return new Policy(engine);
}

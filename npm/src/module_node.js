// Reads the WebAssembly module in Node, Deno and Bun.

import { readFile } from "node:fs/promises";

/** Returns the bytes of the module of this package. */
export function packagedModule() {
  return readFile(new URL("../engine/policy_wasm_bg.wasm", import.meta.url));
}

import { readFileSync } from "node:fs";

import type { Tag } from "./tailnet.js";

/** A device that `policy!` lists. */
export interface Device {
  readonly name: string;
  readonly tags: readonly Tag[];
}

/** Reads a file beside the sources. */
export function read(file: string): string {
  return readFileSync(new URL(`../${file}`, import.meta.url), "utf8");
}

/** Returns the devices that `policy!` lists. */
export function devices(): readonly Device[] {
  return JSON.parse(read("tailnet.json")).devices;
}

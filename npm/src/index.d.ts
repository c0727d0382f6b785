import type {
  CheckResult, CompileResult, DiffResult, ExpiringResult, ExplainResult, MatrixResult, NamesResult, TestResult,
  WhatResult, WhoResult, Diagnostic,
} from "./results.js";

import type { Completion, Diagnostics, Hover, Token } from "../engine/policy_wasm.js";

export type * from "./results.js";
export type { Completion, Diagnostics, Hover, Token } from "../engine/policy_wasm.js";

/** Facts about a tailnet, such as its devices, as JSON text or as the value of it. */
export type Facts = string | object;

/** What a policy is checked against. */
export interface Options {
  /** The tailnet's users and devices. */
  facts?: Facts | Facts[];
  /** A file of invariants, in the syntax of `policy!`. */
  invariants?: string;
  /** The control server. The default is the one in a comment `// policy: target …`, or Tailscale. */
  target?: "tailscale" | "headscale";
  /** The day to check for, such as `2026-01-31`. The default is today in UTC. */
  today?: string;
}

/** The options of {@link Policy.run}. */
export interface RunOptions {
  /** What the argument `-` reads. */
  stdin?: string | Uint8Array;
  /** The day to check for, such as `2026-01-31`. The default is today in UTC. */
  today?: string;
  /** Whether stdout and stderr, or each of them, have colours for a terminal. The default is `false`. */
  color?: boolean | { stdout?: boolean; stderr?: boolean };
}

/** What a command line does. */
export interface RunResult {
  /** The exit status: 0 for success, 1 for findings, 2 for a failure. */
  status: number;
  stdout: string;
  stderr: string;
  /** The files that the command wrote. */
  files: Record<string, string>;
}

/** A kind of name that `export` writes. */
export type Kind =
  "tags" | "groups" | "hosts" | "services" | "ipsets" | "postures" | "users" | "devices" | "capabilities";

/** A question has no answer, for example because the policy has errors. */
export class PolicyError extends Error {
  private constructor();

  /** The exit status of the command; 101 for a fault in the module. */
  readonly status: number;
  /** The arguments of the command. */
  readonly args: string[];
  /** The errors of the policy. It is empty if something else is wrong, such as a misspelt question. */
  readonly diagnostics: Diagnostic[];
}

/**
 * The questions. The first argument of most is the text of a policy file. A result is the JSON of
 * the command of the same name. Every method throws a {@link PolicyError} if it has no answer.
 */
export class Policy {
  private constructor();

  /** The version of the program that the module is. */
  readonly version: string;

  /**
   * Runs a command line of the program `policy` on files in memory. A name that ends in `/` is that of a
   * directory, which may be empty. Only a fault in the module throws.
   */
  run(args: string[], files?: Record<string, string | Uint8Array>, options?: RunOptions): RunResult;

  /** Makes a workspace without texts, for an editor. */
  workspace(): Workspace;

  /** Finds errors and likely mistakes. A policy with errors is a result, too. */
  check(text: string, options?: Options & { denyWarnings?: boolean }): CheckResult;
  /** Applies the fixes that keep the meaning, or with `unsafe` all, and checks the fixed text. */
  fix(text: string, options?: Options & { unsafe?: boolean }): { text: string; check: CheckResult };
  /** Formats a policy as Tailscale's formatter does. */
  format(text: string): string;
  /** Explains whether a source can reach a destination, such as `tag:db:5432`, and why. */
  explain(text: string, from: string, to: string, options?: Options & { proto?: string; ssh?: string }): ExplainResult;
  /** Lists everyone who can reach a destination, such as `tag:db` or `tag:db:5432`. */
  who(text: string, to: string, options?: Options): WhoResult;
  /** Lists everything that a source can reach. */
  what(text: string, from: string, options?: Options): WhatResult;
  /** Returns the table of who reaches what. */
  matrix(text: string, options?: Options & { devices?: boolean }): MatrixResult;
  /** Compares the access of two policies. */
  diff(old: string, text: string, options?: Omit<Options, "invariants">): DiffResult;
  /** Runs the policy's own tests. */
  test(text: string, options?: Options & { coverage?: boolean }): TestResult;
  /** Lists what has an `until`; `within`, such as `30d`, limits it. */
  expiring(text: string, options?: Options & { within?: string }): ExpiringResult;
  /** Lists every name of the policy. */
  names(text: string, options?: Options): NamesResult;
  /** Returns whether Tailscale accepts the policy, and what it sends to each device. */
  compile(text: string, options?: Omit<Options, "invariants">): CompileResult;
  /** Returns the names as constants of a language. */
  export(
    text: string,
    format: "python" | "typescript" | "go" | "hcl" | "nix" | "rust" | "env" | "json",
    options?: Omit<Options, "invariants"> & { only?: Kind[]; name?: string },
  ): string;
  /** Converts the policy to `policy!` in Rust. */
  importToRust(text: string, options?: { invariants?: string; plain?: boolean }): string;
  /** Converts ACLs to grants that allow the same. */
  migrate(text: string, options?: { invariants?: string }): string;
  /** Returns the reference page of the policy, in Markdown. */
  docs(text: string, options?: Options): string;
  /** Returns an HTML page to look up anything about the policy. */
  report(text: string, options?: Options): string;
}

/**
 * The texts in an editor. What has been read of them is kept until they change. Offsets are those of
 * JavaScript's strings. Only a fault in the module throws.
 */
export class Workspace {
  private constructor();

  /** Adds a text, or replaces the one with this name. `x.invariants` belongs to `x.hujson`. */
  update(name: string, text: string): void;
  /** Removes a text. */
  remove(name: string): void;
  /** Sets which of the texts are facts about the tailnet. */
  setFacts(names: string[]): void;
  /** Returns the words that can be written at an offset of a policy. */
  completion(name: string, offset: number): Completion[];
  /** Explains the word at an offset of a policy. */
  hover(name: string, offset: number): Hover | null;
  /** Returns the words of a policy that have a meaning. */
  tokens(name: string): Token[];
  /** Returns the findings of `check` about a policy, each with its offsets. */
  diagnostics(name: string, options?: { today?: string }): Diagnostics;
  /** Frees its memory. It must not be used any more. */
  free(): void;
}

/** Where the WebAssembly module comes from, if not from the package. */
export type Module = URL | string | Response | BufferSource | WebAssembly.Module;

/**
 * Loads the module and returns the questions. The module is loaded once: later calls return the
 * same object.
 */
export function load(options?: { module?: Module | Promise<Module> }): Promise<Policy>;

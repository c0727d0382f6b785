/** Texts by name. */
export type Texts = Record<string, string>;

/**
 * Contents by name. Relative names are those of the folder in which a command runs. A name that ends in `/`
 * is that of a directory, which may be empty.
 */
export type Files = Record<string, string | Uint8Array>;

export interface Options {
  /** The content of stdin. */
  stdin?: string | Uint8Array;
  /** The date for which policies are checked, as `YYYY-MM-DD`. By default, it is today's in UTC. */
  today?: string;
  /** Whether texts for people have the colours of a terminal: for both streams, or for each. */
  color?: boolean | { stdout?: boolean; stderr?: boolean };
  /** The names of files with facts about the tailnet. Only `diagnostics` reads it. */
  facts?: string[];
}

export interface RunResult {
  /** The exit status: 0 for success, 1 for findings, 2 for a failure. */
  status: number;
  stdout: string;
  stderr: string;
  /** The files that the command has written. */
  files: Texts;
}

/** A part of a text, in UTF-16 code units, which are the offsets in a JavaScript string. */
export interface Place {
  from: number;
  to: number;
}

/** A part of a text, also in bytes of UTF-8: the first one, and the one after the last. */
export interface PlaceWithBytes extends Place {
  bytes: [number, number];
}

export type NameKind =
  | "tag"
  | "group"
  | "host"
  | "ipset"
  | "posture"
  | "service"
  | "user"
  | "autogroup"
  | "capability"
  | "attribute";

/** A word that can be written in place of a part of the text. */
export interface Completion extends PlaceWithBytes {
  label: string;
  kind: "key" | "word" | NameKind;
  detail: string | null;
  /** An explanation in Markdown. */
  doc: string | null;
  /** The text in place of the part. */
  insert: string;
}

export interface Hover extends PlaceWithBytes {
  /** An explanation in Markdown. */
  text: string;
}

/** A word with a meaning. */
export interface Token extends PlaceWithBytes {
  kind: "key" | NameKind;
  isDeclaration: boolean;
}

/**
 * The JSON of `policy check --format json`, as docs/schema/check.json describes it. Everything with
 * a `range` in a known file is also a `Place`.
 */
export interface Diagnostics {
  diagnostics: Diagnostic[];
  /** Why there is no answer, such as a policy that is not among the files. */
  failure: string | null;
  version?: 1;
  errors?: number;
  warnings?: number;
  files?: { file: string; errors: number; warnings: number }[];
}

export interface Position {
  line: number;
  column: number;
  byte: number;
}

export interface InFile extends Partial<Place> {
  file: string | null;
  range: { start: Position; end: Position } | null;
}

export interface Note extends InFile {
  message: string;
}

export interface Diagnostic extends InFile {
  code: string;
  severity: "error" | "warning";
  message: string;
  notes: Note[];
  also: Note[];
  help: string | null;
  /** The change that fixes it. If it is not certain, a person has to confirm it. */
  fix: { certain: boolean; edits: (InFile & { text: string })[] } | null;
  tailscale: string | null;
  headscale: string | null;
}

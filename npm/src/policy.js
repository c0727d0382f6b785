// The questions. Each is a command of the program `policy`, on files in memory.

import { PolicyError } from "./error.js";
import { Workspace } from "./workspace.js";

const POLICY = "policy.hujson";
const OLD = "old.hujson";
const INVARIANTS = "policy.invariants";

/** Returns the options that all commands with facts about a tailnet have, and their files. */
function context({ facts, invariants, target } = {}) {
  const args = [];
  const files = {};
  const all = facts === undefined ? [] : Array.isArray(facts) ? facts : [facts];
  all.forEach((fact, index) => {
    const name = `facts-${index + 1}.json`;
    files[name] = typeof fact === "string" ? fact : JSON.stringify(fact);
    args.push("--tailnet", name);
  });
  if (invariants !== undefined) {
    files[INVARIANTS] = invariants;
    args.push("--invariants", INVARIANTS);
  }
  if (target !== undefined) args.push(`--target=${target}`);
  return { args, files };
}

/** Returns today's date in UTC, which is the default of the program. */
function todayInUtc() {
  return new Date().toISOString().slice(0, 10);
}

export class Policy {
  #engine;
  #failure;

  /** @param engine has `run`, `version` and `Workspace` */
  constructor(engine) {
    this.#engine = engine;
  }

  get version() {
    return this.#guard("version", () => this.#engine.version());
  }

  run(args, files = {}, options = {}) {
    const { stdin, today = todayInUtc(), color = false } = options;
    return this.#guard(args, () => this.#engine.run(args, files, { stdin, today, color }));
  }

  workspace() {
    const guard = (question, call) => this.#guard(question, call);
    return new Workspace(guard("workspace", () => new this.#engine.Workspace()), guard);
  }

  check(text, { denyWarnings, ...options } = {}) {
    const command = denyWarnings ? ["check", "--deny-warnings"] : ["check"];
    return this.#json([...command, "--format=json"], text, [], options);
  }

  fix(text, { unsafe, ...options } = {}) {
    const { args, files } = context(options);
    const command = ["check", "--fix", ...(unsafe ? ["--unsafe-fixes"] : []), "--format=json", ...args, "--", POLICY];
    const result = this.#answered(command, { ...files, [POLICY]: text }, options);
    return { text: result.files[POLICY] ?? text, check: JSON.parse(result.stdout) };
  }

  format(text) {
    return this.#answered(["fmt", "-"], {}, { stdin: text }).stdout;
  }

  explain(text, from, to, { proto, ssh, ...options } = {}) {
    const command = ["explain", "--format=json"];
    if (proto !== undefined) command.push(`--proto=${proto}`);
    if (ssh !== undefined) command.push(`--ssh=${ssh}`);
    return this.#json(command, text, [from, to], options);
  }

  who(text, to, options = {}) {
    return this.#json(["who", "--format=json"], text, [to], options);
  }

  what(text, from, options = {}) {
    return this.#json(["what", "--format=json"], text, [from], options);
  }

  matrix(text, { devices, ...options } = {}) {
    const command = ["matrix", "--format=json"];
    return this.#json(devices ? [...command, "--devices"] : command, text, [], options);
  }

  diff(old, text, options = {}) {
    const { args, files } = context(options);
    const command = ["diff", "--format=json", ...args, "--", OLD, POLICY];
    return JSON.parse(this.#answered(command, { ...files, [OLD]: old, [POLICY]: text }, options).stdout);
  }

  test(text, { coverage, ...options } = {}) {
    const command = ["test", "--format=json"];
    return this.#json(coverage ? [...command, "--coverage"] : command, text, [], options);
  }

  expiring(text, { within, ...options } = {}) {
    const command = ["expiring", "--format=json"];
    return this.#json(within === undefined ? command : [...command, `--within=${within}`], text, [], options);
  }

  names(text, options = {}) {
    return this.#json(["names", "--format=json"], text, [], options);
  }

  compile(text, options = {}) {
    return this.#json(["compile"], text, [], options);
  }

  export(text, format, { only, name, ...options } = {}) {
    const command = ["export", `--format=${format}`];
    if (only !== undefined) command.push(`--only=${only.join(",")}`);
    if (name !== undefined) command.push(`--name=${name}`);
    return this.#text(command, text, options);
  }

  importToRust(text, { plain, ...options } = {}) {
    return this.#text(plain ? ["import", "--plain"] : ["import"], text, options);
  }

  migrate(text, options = {}) {
    return this.#text(["migrate"], text, options);
  }

  docs(text, options = {}) {
    return this.#text(["docs"], text, options);
  }

  report(text, options = {}) {
    return this.#text(["report"], text, options);
  }

  /** Runs a command about one policy, and returns its JSON. */
  #json(command, text, questions, options) {
    return JSON.parse(this.#output(command, text, questions, options));
  }

  /** Runs a command about one policy, and returns what it prints. */
  #text(command, text, options) {
    return this.#output(command, text, [], options);
  }

  #output(command, text, questions, options) {
    const { args, files } = context(options);
    const all = [...command, ...args, "--", POLICY, ...questions];
    return this.#answered(all, { ...files, [POLICY]: text }, options).stdout;
  }

  /** Runs a command that answers on stdout. Without an answer, it fails. */
  #answered(args, files, { today, stdin }) {
    const result = this.run(args, files, { today, stdin });
    if (result.status <= 1 && (result.stdout !== "" || result.status === 0)) return result;
    throw new PolicyError(result.stderr.trimEnd(), {
      status: result.status,
      args,
      diagnostics: this.#errors(args, files, { today, stdin }),
    });
  }

  /** Returns the errors of the policies that a command was about. */
  #errors(args, files, { today, stdin }) {
    const policies = [OLD, POLICY].filter((name) => name in files);
    const texts = stdin === undefined ? files : { ...files, [POLICY]: stdin };
    const names = stdin === undefined ? policies : [POLICY];
    const target = args.filter((argument) => argument.startsWith("--target="));
    const result = this.run(["check", "--format=json", ...target, "--", ...names], texts, { today });
    if (result.status > 1) return [];
    return JSON.parse(result.stdout).diagnostics.filter(({ severity }) => severity === "error");
  }

  /**
   * Calls the module. After a fault in it, its memory may be inconsistent, so all later calls fail.
   */
  #guard(question, call) {
    const args = Array.isArray(question) ? question : [question];
    if (this.#failure === undefined) {
      try {
        return call();
      } catch (cause) {
        this.#failure = cause;
      }
    }
    const cause = this.#failure;
    const message = `internal error: ${cause instanceof Error ? cause.message : cause}`;
    throw new PolicyError(message, { status: 101, args, cause });
  }
}

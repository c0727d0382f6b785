// Tests of the questions. POLICY_PACKAGE is the folder of the built package: see README.md.

import assert from "node:assert/strict";
import { test } from "node:test";

const folder = process.env.POLICY_PACKAGE;
const skip = folder === undefined && "POLICY_PACKAGE is not set: see README.md";
const { load, Policy, PolicyError } = skip ? {} : await import(`${folder}/src/index.js`);
const policy = skip || (await load());

const TEXT = `{
	"tagOwners": {"tag:web": ["autogroup:admin"], "tag:db": ["autogroup:admin"]},
	"grants":    [{"src": ["tag:web"], "dst": ["tag:db"], "ip": ["tcp:5432"]}],
	"tests":     [{"src": "tag:web", "accept": ["tag:db:5432"]}],
}
`;
const MISSPELT = TEXT.replace('"dst": ["tag:db"]', '"dst": ["tag:bd"]');
const FACTS = { devices: [{ name: "cellar", tags: ["tag:db"] }] };

/** Each question, with what has to be true of its answer. */
const QUESTIONS = {
  check: [() => policy.check(TEXT), (answer) => answer.errors === 0],
  "check of a mistake": [
    () => policy.check(MISSPELT),
    ({ errors, diagnostics }) => errors === 1 && diagnostics[0].code === "undefined-tag",
  ],
  explain: [() => policy.explain(TEXT, "tag:web", "tag:db:5432"), ({ answer }) => answer === "allowed"],
  "explain of another port": [
    () => policy.explain(TEXT, "tag:web", "tag:db:22", { proto: "tcp" }),
    ({ answer }) => answer === "denied",
  ],
  who: [() => policy.who(TEXT, "tag:db"), (answer) => JSON.stringify(answer).includes("tag:web")],
  "who with facts": [() => policy.who(TEXT, "tag:db", { facts: FACTS }), ({ version }) => version === 1],
  what: [() => policy.what(TEXT, "tag:web"), (answer) => JSON.stringify(answer).includes("tag:db")],
  matrix: [() => policy.matrix(TEXT), ({ version }) => version === 1],
  diff: [() => policy.diff(TEXT, TEXT.replace("5432", "5433")), (answer) => JSON.stringify(answer).includes("5433")],
  test: [() => policy.test(TEXT), ({ passed, failed }) => passed === 1 && failed === 0],
  expiring: [
    () => policy.expiring(TEXT, { today: "2026-01-31", within: "30d" }),
    ({ endings, today }) => endings.length === 0 && today === "2026-01-31",
  ],
  names: [() => policy.names(TEXT), (answer) => JSON.stringify(answer).includes("tag:web")],
  compile: [() => policy.compile(TEXT, { facts: FACTS }), (answer) => typeof answer === "object"],
  export: [() => policy.export(TEXT, "typescript", { only: ["tags"] }), (text) => text.includes('Web: "tag:web"')],
  importToRust: [() => policy.importToRust(TEXT), (text) => text.includes("tag:web -> tag:db on tcp:5432")],
  migrate: [() => policy.migrate(TEXT), (text) => text.includes("tag:web")],
  docs: [() => policy.docs(TEXT), (text) => text.includes("tag:web")],
  report: [() => policy.report(TEXT), (text) => /^<!doctype html>/i.test(text)],
  format: [() => policy.format("{}"), (text) => text === "{}\n"],
  fix: [
    () => policy.fix(MISSPELT, { unsafe: true }),
    ({ text, check }) => text.includes('"dst": ["tag:db"]') && check.errors === 0,
  ],
};

for (const [name, [ask, holds]] of Object.entries(QUESTIONS)) {
  test(name, { skip }, () => {
    const answer = ask();
    assert.ok(holds(answer), JSON.stringify(answer));
  });
}

test("a policy with errors has no answers, and the error lists its errors", { skip }, () => {
  const asks = [
    () => policy.explain(MISSPELT, "tag:web", "tag:db:5432"),
    () => policy.names(MISSPELT),
    () => policy.diff(TEXT, MISSPELT),
  ];
  for (const ask of asks) {
    assert.throws(ask, (error) => {
      assert.ok(error instanceof PolicyError);
      assert.match(error.message, /undefined tag `tag:bd`/);
      assert.deepEqual(error.diagnostics.map(({ code }) => code), ["undefined-tag"]);
      return true;
    });
  }
});

test("a text that is not HuJSON cannot be formatted", { skip }, () => {
  assert.throws(() => policy.format("{"), (error) => error instanceof PolicyError && error.status === 2);
});

test("a question about an undeclared name is an error without diagnostics", { skip }, () => {
  const ask = () => policy.explain(TEXT, "tag:nas", "tag:db:22");
  assert.throws(ask, (error) => error.status === 2 && error.diagnostics.length === 0);
});

test("a question that begins with a hyphen is not an option", { skip }, () => {
  assert.throws(() => policy.who(TEXT, "--help"), (error) => error instanceof PolicyError);
});

const EDITOR = {
  diagnostics: [
    (workspace) => workspace.diagnostics("policy.hujson"),
    ({ diagnostics: [{ code, from, to }] }) => code === "undefined-tag" && MISSPELT.slice(from, to) === '"tag:bd"',
  ],
  completion: [
    (workspace) => workspace.completion("policy.hujson", MISSPELT.indexOf("tag:bd") + 4),
    (found) => found.some(({ label }) => label === "tag:db"),
  ],
  hover: [
    (workspace) => workspace.hover("policy.hujson", MISSPELT.indexOf("tag:web")),
    ({ text, from }) => text.includes("tag:web") && from >= MISSPELT.indexOf("tag:web") - 1,
  ],
  tokens: [
    (workspace) => workspace.tokens("policy.hujson"),
    (tokens) => tokens.filter(({ isDeclaration }) => isDeclaration).length === 2,
  ],
};

for (const [name, [ask, holds]] of Object.entries(EDITOR)) {
  test(`an editor asks for ${name}`, { skip }, () => {
    const workspace = policy.workspace();
    workspace.update("policy.hujson", MISSPELT);
    const answer = ask(workspace);
    assert.ok(holds(answer), JSON.stringify(answer));
    workspace.free();
  });
}

test("a file of bytes that are not UTF-8 is reported with its line", { skip }, () => {
  const { status, stderr } = policy.run(["check", "a.hujson"], { "a.hujson": Uint8Array.of(0x0a, 0xff) });
  assert.deepEqual([status, stderr], [2, "error: `a.hujson` is not UTF-8 text: see line 2\n"]);
});

test("each stream has colours by itself", { skip }, () => {
  const has = (text) => text.includes("\u001b[");
  for (const color of [{}, { stdout: true }, { stderr: true }]) {
    const options = { color };
    const { stdout } = policy.run(["check", "a.hujson"], { "a.hujson": MISSPELT }, options);
    const { stderr } = policy.run(["names", "a.hujson"], { "a.hujson": MISSPELT }, options);
    assert.deepEqual([has(stdout), has(stderr)], [color.stdout ?? false, color.stderr ?? false]);
  }
});

test("after a fault in the module, it is not called again", () => {
  let calls = 0;
  const faulty = new Policy({
    run() {
      calls += 1;
      throw new Error("unreachable");
    },
  });
  for (const expected of [1, 1]) {
    assert.throws(() => faulty.check("{}"), (error) => error instanceof PolicyError && error.status === 101);
    assert.equal(calls, expected);
  }
});

// Asks the module about mutated texts: `node fuzz.mjs PACKAGE NUMBER`. Every answer has to be a value, and
// the memory has to stay within a limit.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [folder, inputs] = process.argv.slice(2);
const engine = await import(pathToFileURL(`${folder}/engine/policy_wasm.js`));
const bytes = readFileSync(`${folder}/engine/policy_wasm_bg.wasm`);
const { memory } = engine.initSync({ module: bytes });

/** The most memory that the module may use, in bytes. */
const LIMIT = 256 * 1024 * 1024;

// Marsaglia's xorshift, so that each run has the same inputs.
let state = 0x9e3779b9;
function below(bound) {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % bound;
}
const one = (list) => list[below(list.length)];

const TEXTS = [
  readFileSync("examples/terraform/policy.hujson", "utf8"),
  readFileSync("tests/page/policy.hujson", "utf8"),
  readFileSync("tests/page/facts.json", "utf8"),
  readFileSync("playground/src/example.hujson", "utf8"),
  "{}", "", "[[[[", "\"", "// policy: target headscale\n{\"groups\": {\"group:a\": [\"bob@\"]}}",
  "never tag:a -> tag:b on 22;\nisolated tag:c;", "{\"acls\": [{\"action\": \"accept\", \"src\": [\"*\"], \"dst\": [\"*:*\"]}]}",
];
const PIECES = [
  "\"", "{", "}", "[", "]", ",", ":", "//", "/*", "*/", "\n", "\r\n", "\\", "\\u0000", "\\ud800", "\u0000", "\ufeff", "é", "𝄞",
  "\ud800", "tag:", "autogroup:self", "*", "65536", "-1", "1e999", "0.0.0.0/0", "::/0", "fd7a::", "null", "\"via\"", "\"app\"", "until 2026-99-99",
  "[".repeat(300), "9".repeat(400), "a".repeat(3000), "\"tests\": [{\"src\": \"tag:a\"}],",
];
const WORDS = ["tag:a", "*", "alice@example.com", "10.0.0.0/8", "[::1]:22", "tag:web:443", "", "-", "--", "--format=json", "--format=x", "--tailnet",
  "f.json", "p.hujson", "o.hujson", "p.invariants", "--fix", "--unsafe-fixes", "--proto=udp", "--ssh=root", "--target=headscale", "git:HEAD:p", "../p", "é", "--help"];
const COMMANDS = ["check", "fmt", "explain", "who", "what", "matrix", "diff", "test", "import", "migrate", "names", "export", "report", "docs",
  "expiring", "schema", "compile", "push", "lsp", "scan", "init", "nothing"];

/** Command lines that are right. */
const LINES = [
  "check p.hujson", "check --tailnet f.json p.hujson", "check --fix --unsafe-fixes p.hujson", "check --format sarif p.hujson",
  "fmt p.hujson", "explain p.hujson * 10.0.0.1:22", "explain --tailnet f.json p.hujson group:eng tag:db:5432", "who p.hujson tag:db",
  "what p.hujson autogroup:member", "matrix p.hujson", "diff p.hujson o.hujson", "diff --tailnet f.json o.hujson p.hujson",
  "test p.hujson", "import p.hujson", "migrate --stdout p.hujson", "names p.hujson", "export --lang go p.hujson", "report p.hujson",
  "docs p.hujson", "expiring p.hujson", "schema", "compile --tailnet f.json p.hujson",
].map((line) => line.split(" "));

function mutated(text) {
  for (let changes = below(6); changes > 0; changes--) {
    const at = below(text.length + 1);
    const end = below(4) === 0 ? Math.min(text.length, at + below(60)) : at;
    text = text.slice(0, at) + (below(5) === 0 ? "" : one(PIECES)) + text.slice(end);
  }
  return text;
}

let workspace = new engine.Workspace();
const seen = { 0: 0, 1: 0, 2: 0 };
let middle = 0;
const start = performance.now();
for (let number = 0; number < Number(inputs); number++) {
  const files = { "p.hujson": mutated(one(TEXTS)), "o.hujson": mutated(one(TEXTS)), "f.json": mutated(one(TEXTS)) };
  if (below(3) === 0) files["p.invariants"] = mutated(one(TEXTS));
  const args = below(4) ? [...one(LINES)] : [one(COMMANDS), "p.hujson", ...Array.from({ length: below(4) }, () => one(WORDS))];
  if (below(4) === 0) args.splice(below(args.length + 1), 0, one(WORDS));
  const { status, stdout, stderr } = engine.run(args, files, { stdin: below(2) ? files["p.hujson"] : "", today: "2027-03-17" });
  assert.ok(status <= 2 && typeof stdout === "string" && typeof stderr === "string", `${args}: ${status}`);
  assert.ok(!stderr.includes("panicked"), `${args}: ${stderr}`);
  seen[status] += 1;
  if (number % 5 === 0) {
    const offset = below(files["p.hujson"].length + 3);
    for (const [name, text] of Object.entries(files)) workspace.update(name, text);
    workspace.setFacts(below(2) ? ["f.json"] : []);
    for (const answer of [
      workspace.completion("p.hujson", offset),
      workspace.tokens("p.hujson"),
      engine.tokens(files["o.hujson"]),
      engine.completion(files, "p.hujson", offset),
    ]) assert.ok(Array.isArray(answer));
    for (const answer of [workspace.hover("p.hujson", offset), engine.hover(files, "o.hujson", offset)]) {
      assert.ok(answer === null || typeof answer === "object");
    }
    assert.ok(Array.isArray(workspace.diagnostics("p.hujson", { today: "2027-03-17" }).diagnostics));
    workspace.remove("p.invariants");
  }
  if (number * 2 < Number(inputs)) middle = memory.buffer.byteLength;
  assert.ok(memory.buffer.byteLength <= LIMIT, `${memory.buffer.byteLength} bytes after ${number} inputs`);
}
workspace.free();
const megabytes = (bytes) => `${(bytes / 1024 / 1024).toFixed(0)} MiB`;
console.log(
  `${inputs} inputs, exit status ${JSON.stringify(seen)}, memory ${megabytes(middle)} in the middle and ` +
    `${megabytes(memory.buffer.byteLength)} at the end, ${((performance.now() - start) / 1000).toFixed(1)} s`,
);

// Builds the page: `node build.js ENGINE FOLDER`. ENGINE is the folder of `packaging/build wasm`.
//
// The page is one file, so that it can be opened from a folder, where browsers refuse to load
// modules and WebAssembly. Its content security policy allows exactly its own script, by its hash.

import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";

import { build } from "esbuild";

const [engine, folder] = process.argv.slice(2).map((path) => resolve(path));
const source = join(import.meta.dirname, "src");
const site = join(import.meta.dirname, "../policy-cli/src/render/site");

const target = ["chrome111", "firefox114", "safari16.4"];
const options = {
  bundle: true,
  minify: true,
  write: false,
  target,
  legalComments: "none",
  logLevel: "warning",
  // The page gives the module to the glue, which does not look for it.
  logOverride: { "empty-import-meta": "silent" },
  loader: { ".hujson": "text" },
};

/** Bundles a script that is not a module, because a page in a folder has no modules. */
async function script(entry, plugins = []) {
  const { outputFiles, metafile } = await build({
    ...options,
    entryPoints: [entry],
    format: "iife",
    metafile: true,
    plugins,
  });
  for (const input of Object.keys(metafile.inputs)) {
    const [module] = /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(input) ?? [];
    if (module !== undefined) modules.add(resolve(module));
  }
  return outputFiles[0].text;
}

/** Returns the licences of the modules in the page, which ask for that. */
async function notices() {
  const texts = [...modules].sort().map(async (module) => {
    const licence = (await readdir(module)).find((name) => /^licen[sc]e/i.test(name));
    const name = module.slice(module.lastIndexOf("node_modules/") + "node_modules/".length);
    return `== ${name}\n\n${await readFile(join(module, licence), "utf8")}`;
  });
  return (await Promise.all(texts)).join("\n");
}

const modules = new Set();

/** Makes modules of scripts of the report, which has no modules: `site:make.js?make` exports `make`. */
const siteScripts = {
  name: "site-scripts",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^site:/ }, ({ path }) => ({ path: path.slice("site:".length), namespace: "site" }));
    onLoad({ filter: /.*/, namespace: "site" }, async ({ path }) => {
      const [file, name] = path.split("?");
      const text = await readFile(join(site, file), "utf8");
      return { contents: name === undefined ? text : `${text}\nexport { ${name} };\n` };
    });
  },
};

/** Makes the worker's script a string that the page has. */
const workerSource = {
  name: "worker-source",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^engine:/ }, () => ({ path: join(engine, "policy_wasm.js") }));
    onResolve({ filter: /^worker:/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path.slice("worker:".length)),
      namespace: "worker",
    }));
    onLoad({ filter: /.*/, namespace: "worker" }, async ({ path }) => ({
      contents: await script(path, [workerSource]),
      loader: "text",
    }));
  },
};

const hash = (text, encoding) => createHash("sha256").update(text).digest(encoding);

const {
  outputFiles: [style],
} = await build({ ...options, entryPoints: [join(source, "page.css")] });
const code = (await script(join(source, "main.js"), [workerSource, siteScripts])).replaceAll(
  "</script",
  "<\\/script",
);
const module = gzipSync(await readFile(join(engine, "policy_wasm_bg.wasm")), { level: 9 }).toString("base64");
// The editor makes its style sheets while it runs.
const nonce = hash(style.text, "hex").slice(0, 16);
const policy = [
  "default-src 'none'",
  "connect-src 'none'",
  `script-src 'sha256-${hash(code, "base64")}' 'wasm-unsafe-eval'`,
  `style-src 'sha256-${hash(style.text, "base64")}' 'nonce-${nonce}'`,
  "img-src data:",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

const parts = {
  policy,
  nonce,
  style: style.text,
  code,
  module,
  questions: await readFile(join(site, "questions.html"), "utf8"),
};
const template = await readFile(join(source, "page.html"), "utf8");
const page = template.replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name]);
const worker = (await script(join(source, "service_worker.js"))).replace("VERSION", hash(page, "hex").slice(0, 16));

await mkdir(folder, { recursive: true });
await writeFile(join(folder, "index.html"), page);
await writeFile(join(folder, "service_worker.js"), worker);
await writeFile(join(folder, "ThirdPartyNotices.txt"), await notices());
const kilobytes = (text) =>
  `${Math.round(Buffer.byteLength(text) / 1024)} KB, ${Math.round(gzipSync(text).length / 1024)} KB gzipped`;
console.log(`index.html: ${kilobytes(page)}; its script: ${kilobytes(code)}; its style: ${kilobytes(style.text)}`);

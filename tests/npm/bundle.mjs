// Bundles a program with the package for browsers: `node bundle.mjs BUNDLER MODULES`, in the folder of the program.
// MODULES is the folder of the bundlers. The result is in the folder `bundle`.
import { cpSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [bundler, modules] = process.argv.slice(2);
const require = createRequire(`${modules}/`);
const load = (name) => import(pathToFileURL(require.resolve(name)));

/** Finds the package for Rollup, which knows only files. */
const packages = {
  name: "packages",
  resolveId(id) {
    if (id === "tailnet-policy-wasm") return resolve("node_modules/tailnet-policy-wasm/src/index.js");
    if (id === "#module") return resolve("node_modules/tailnet-policy-wasm/src/module_web.js");
    return undefined;
  },
};

const BUNDLERS = {
  async esbuild() {
    const { build } = await load("esbuild");
    const options = { bundle: true, format: "esm", platform: "browser", target: "es2022", outfile: "bundle/program.mjs" };
    await build({ ...options, entryPoints: ["with_module.mjs"], loader: { ".wasm": "binary" } });
  },
  async rollup() {
    const { rollup } = await load("rollup");
    const bundle = await rollup({ input: "program.mjs", plugins: [packages] });
    await bundle.write({ file: "bundle/program.mjs", format: "es" });
    // Rollup alone leaves `new URL(…, import.meta.url)` as it is.
    cpSync("node_modules/tailnet-policy-wasm/engine", "engine", { recursive: true });
  },
  async webpack() {
    const { default: webpack } = await load("webpack");
    const compiler = webpack({
      mode: "production",
      target: ["web", "es2022"],
      entry: "./program.mjs",
      experiments: { outputModule: true },
      output: { path: resolve("bundle"), filename: "program.mjs", module: true, publicPath: "./" },
      performance: { hints: false },
    });
    const stats = await new Promise((done, fail) => compiler.run((error, stats) => (error ? fail(error) : done(stats))));
    if (stats.hasErrors() || stats.hasWarnings()) throw new Error(stats.toString());
  },
  async vite() {
    const { build } = await load("vite");
    await build({
      base: "./",
      logLevel: "warn",
      build: {
        outDir: "bundle",
        target: "es2022",
        assetsInlineLimit: 0,
        modulePreload: false,
        rollupOptions: {
          input: "program.mjs",
          output: { entryFileNames: "program.mjs" },
        },
      },
    });
  },
};

await BUNDLERS[bundler]();

// Writes the folders that become npm packages.
//
//     stage.js VERSION FOLDER TARGET=PROGRAM...
//
// As with esbuild, each platform has a package with the program, and npm installs only that of the
// machine. The package `tailnet-policy` depends on all of them and starts the program. No script
// runs at installation.
"use strict";

const fs = require("fs");
const path = require("path");

const [version, folder, ...programs] = process.argv.slice(2);
const root = path.join(__dirname, "..", "..");

const table = fs.readFileSync(path.join(root, "packaging", "targets"), "utf8");
const rows = table.split("\n").filter((line) => line && !line.startsWith("#")).map((line) => line.split(/ +/));
/** The platform of each target that has one, such as `linux-x64`. */
const platforms = new Map(rows.filter(([, platform]) => platform !== "-").map(([target, platform]) => [target, platform]));

const common = {
  version,
  description: "Checks, formats, compares and explains Tailscale policies",
  license: "MIT OR Apache-2.0",
  keywords: ["tailscale", "acl", "policy", "hujson"],
};

function write(name, manifest, files) {
  const target = path.join(folder, name);
  for (const [file, { from, mode }] of Object.entries(files)) {
    const copy = path.join(target, file);
    fs.mkdirSync(path.dirname(copy), { recursive: true });
    fs.copyFileSync(from, copy);
    fs.chmodSync(copy, mode);
  }
  for (const licence of ["LICENSE-MIT", "LICENSE-APACHE"]) {
    fs.copyFileSync(path.join(root, licence), path.join(target, licence));
  }
  fs.writeFileSync(path.join(target, "package.json"), JSON.stringify({ ...manifest, ...common }, null, 2) + "\n");
}

for (const argument of programs) {
  const at = argument.indexOf("=");
  const platform = platforms.get(argument.slice(0, at));
  if (!platform) continue;
  const program = argument.slice(at + 1);
  const file = "bin/" + path.basename(program);
  const [os, cpu] = platform.split("-");
  write(
    platform,
    { name: `@tailnet-policy/${platform}`, os: [os], cpu: [cpu], files: ["bin"], preferUnplugged: true },
    { [file]: { from: program, mode: 0o755 } },
  );
}

write(
  "tailnet-policy",
  {
    name: "tailnet-policy",
    bin: { policy: "bin/policy.js" },
    files: ["bin"],
    engines: { node: ">=14" },
    optionalDependencies: Object.fromEntries([...platforms.values()].map((name) => [`@tailnet-policy/${name}`, version])),
  },
  {
    "bin/policy.js": { from: path.join(__dirname, "policy.js"), mode: 0o755 },
    "README.md": { from: path.join(root, "README.md"), mode: 0o644 },
  },
);

// Runs command lines with the module: `node answers.mjs PACKAGE`. Each line of stdin is
// { "files": { NAME: TEXT, … }, "lines": [ARGUMENTS, …], "today": DATE }, and each line of the output is the
// list of results.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [folder] = process.argv.slice(2);
const { load } = await import(pathToFileURL(`${folder}/src/index.js`));
const policy = await load();
for (const line of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const { files, lines, today } = JSON.parse(line);
  console.log(JSON.stringify(lines.map((args) => policy.run(args, files, { today }))));
}

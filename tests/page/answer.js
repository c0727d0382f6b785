// Answers questions with the script and the data of pages, as a browser does. Each line of stdin is
// { "page": FILE, "questions": [...] }. The output has a line of answers for each.
"use strict";
const fs = require("fs");
const vm = require("vm");

for (const line of fs.readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const { page, questions } = JSON.parse(line);
  const html = fs.readFileSync(page, "utf8");
  const data = JSON.parse(/<script id="data" type="application\/json">(.*)<\/script>/.exec(html)[1]);
  const script = /<script>([^]*?)<\/script>/.exec(html)[1];
  const { prepare, answer } = vm.runInNewContext(`${script};({ prepare, answer })`);
  const model = prepare(data);
  console.log(JSON.stringify(questions.map((question) => answer(model, question))));
}

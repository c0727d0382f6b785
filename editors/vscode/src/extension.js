// Starts `policy lsp`, which does everything else.
"use strict";

const { execFile } = require("child_process");
const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

const SECTION = "tailnetPolicy";
const LANGUAGES = ["hujson", "tailnet-invariants"];

/** @type {LanguageClient | undefined} */
let client;
/** @type {vscode.LogOutputChannel} */
let output;
/** One start or stop after the other. */
let last = Promise.resolve();

/** Returns the settings that the server knows. */
function serverSettings() {
  const settings = vscode.workspace.getConfiguration(SECTION);
  const sent = { facts: settings.get("facts"), target: settings.get("target") };
  const page = settings.get("diagnosticsPage");
  return page ? { ...sent, diagnosticsPage: page } : sent;
}

/** Returns why a program cannot serve, or `undefined` if it can. */
function problemOf(program) {
  return new Promise((resolve) => {
    execFile(program, ["lsp", "--help"], { timeout: 10_000 }, (error) => {
      if (!error) {
        resolve(undefined);
      } else if (error.code === "ENOENT") {
        resolve(`The program \`${program}\` was not found. Install \`policy\`, or set the path of the program.`);
      } else if (error.code === "EACCES") {
        resolve(`The program \`${program}\` cannot be run: permission denied.`);
      } else {
        resolve(`The program \`${program}\` does not know \`policy lsp\`. Update it, or set the path of another program.`);
      }
    });
  });
}

async function start() {
  const program = vscode.workspace.getConfiguration(SECTION).get("path") || "policy";
  const problem = await problemOf(program);
  if (problem) {
    output.error(problem);
    // Not awaited: the message can stay open for as long as the user likes.
    vscode.window.showErrorMessage(problem, "Open Settings", "How to Install").then((chosen) => {
      if (chosen === "Open Settings") {
        vscode.commands.executeCommand("workbench.action.openSettings", `${SECTION}.path`);
      } else if (chosen === "How to Install") {
        vscode.commands.executeCommand("extension.open", "tailnet-policy.tailnet-policy");
      }
    });
    return;
  }
  client = new LanguageClient(
    SECTION,
    "Tailnet Policy",
    { command: program, args: ["lsp"] },
    {
      documentSelector: LANGUAGES.map((language) => ({ language })),
      initializationOptions: serverSettings(),
      outputChannel: output,
    },
  );
  await client.start();
}

async function stop() {
  const stopped = client;
  client = undefined;
  await stopped?.dispose();
}

/** Runs a step after all earlier ones. A failure is shown, and does not prevent the next step. */
function enqueue(step) {
  last = last.then(step).catch((error) => {
    output.error(String(error));
    vscode.window.showErrorMessage(`Tailnet Policy: ${error.message ?? error}`);
  });
  return last;
}

function restart() {
  return enqueue(async () => {
    await stop();
    await start();
  });
}

async function changed(event) {
  if (event.affectsConfiguration(`${SECTION}.path`)) {
    await restart();
  } else if (event.affectsConfiguration(SECTION)) {
    await enqueue(() => client?.sendNotification("workspace/didChangeConfiguration", { settings: serverSettings() }));
  }
}

exports.activate = (context) => {
  output = vscode.window.createOutputChannel("Tailnet Policy", { log: true });
  context.subscriptions.push(
    output,
    vscode.commands.registerCommand(`${SECTION}.restart`, restart),
    vscode.commands.registerCommand(`${SECTION}.showOutput`, () => output.show()),
    vscode.workspace.onDidChangeConfiguration(changed),
  );
  return enqueue(start);
};

exports.deactivate = () => enqueue(stop);

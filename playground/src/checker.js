// The checker, in two workers: one for the editor, and one for the tabs, whose answers may take
// longer. The texts are sent before the first question about them.

import workerSource from "worker:./worker.js";

import { toBytes } from "./share.js";

/** The time after which a question that has been replaced is given up, in milliseconds. */
const PATIENCE = 400;

/** A worker that answers one question after the other. */
class Lane {
  #module;
  #worker;
  #texts = new Map();
  #unsent = new Set();
  #waiting = new Map();
  #asked;
  #numbers = 0;

  setText(name, text) {
    this.#texts.set(name, text);
    this.#unsent.add(name);
  }

  start(module) {
    this.#module = module;
    this.#restart();
    this.#next();
  }

  /** Asks a question. If the same one is asked again before its answer, the answer is `undefined`. */
  ask(question, input) {
    return new Promise((resolve, reject) => {
      this.#waiting.get(question)?.resolve(undefined);
      this.#waiting.delete(question);
      this.#waiting.set(question, { question, input, resolve, reject });
      if (this.#asked?.question === question) this.#replace(this.#asked);
      this.#next();
    });
  }

  #replace(asked) {
    asked.isReplaced = true;
    setTimeout(() => {
      if (this.#asked !== asked) return;
      this.#finish(undefined);
      this.#restart();
      this.#next();
    }, PATIENCE);
  }

  #restart() {
    this.#worker?.terminate();
    const address = URL.createObjectURL(new Blob([workerSource], { type: "text/javascript" }));
    this.#worker = new Worker(address);
    URL.revokeObjectURL(address);
    this.#worker.onmessage = ({ data }) => this.#answer(data);
    this.#worker.onerror = ({ message }) => this.#fail(new Error(message));
    this.#worker.postMessage({ module: this.#module });
    for (const name of this.#texts.keys()) this.#unsent.add(name);
  }

  #next() {
    if (this.#worker === undefined || this.#asked !== undefined) return;
    const [asked] = this.#waiting.values();
    if (asked === undefined) return;
    this.#waiting.delete(asked.question);
    this.#asked = asked;
    asked.number = this.#numbers += 1;
    for (const name of this.#unsent) this.#worker.postMessage({ name, text: this.#texts.get(name) });
    this.#unsent.clear();
    this.#worker.postMessage({ number: asked.number, question: asked.question, input: asked.input });
  }

  #answer({ number, result, failure }) {
    if (this.#asked?.number !== number) return;
    if (failure === undefined) {
      this.#finish(this.#asked.isReplaced ? undefined : result);
      this.#next();
    } else this.#fail(new Error(failure));
  }

  /** After a fault, the memory of the module may be inconsistent. */
  #fail(error) {
    const asked = this.#asked;
    // A worker that cannot start is not started again before the next question.
    if (asked === undefined) return;
    this.#asked = undefined;
    asked.reject(error);
    this.#restart();
    this.#next();
  }

  #finish(result) {
    const asked = this.#asked;
    this.#asked = undefined;
    asked.resolve(result);
  }
}

export class Checker {
  version = "";
  #editor = new Lane();
  #answers = new Lane();

  /** Compiles the module that the page has. */
  async load() {
    if (document.readyState === "loading") await new Promise((done) => addEventListener("DOMContentLoaded", done));
    const data = document.getElementById("module");
    const compressed = new Blob([toBytes(data.textContent)]).stream().pipeThrough(new DecompressionStream("gzip"));
    data.remove();
    const module = await WebAssembly.compileStreaming(
      new Response(compressed, { headers: { "content-type": "application/wasm" } }),
    );
    this.#editor.start(module);
    this.#answers.start(module);
    this.version = await this.#editor.ask("version");
  }

  setText(name, text) {
    this.#editor.setText(name, text);
    this.#answers.setText(name, text);
  }

  /** Finds the problems of the policy and the facts. */
  check() {
    return this.#editor.ask("check");
  }
  /** Finds the problems of the other version of the policy. */
  checkOther() {
    return this.#editor.ask("checkOther");
  }
  completion(name, offset) {
    return this.#editor.ask("completion", { name, offset });
  }
  hover(name, offset) {
    return this.#editor.ask("hover", { name, offset });
  }
  /** Asks one of the questions in `questions.js`. */
  ask(question, input) {
    return this.#answers.ask(question, input);
  }
}

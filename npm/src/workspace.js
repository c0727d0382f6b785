/** The texts in an editor. What has been read of them is kept until they change. */
export class Workspace {
  #workspace;
  #guard;

  /**
   * @param workspace the one of the module
   * @param guard calls the module, unless it has failed
   */
  constructor(workspace, guard) {
    this.#workspace = workspace;
    this.#guard = guard;
  }

  update(name, text) {
    this.#guard("update", () => this.#workspace.update(name, text));
  }

  remove(name) {
    this.#guard("remove", () => this.#workspace.remove(name));
  }

  setFacts(names) {
    this.#guard("setFacts", () => this.#workspace.setFacts(names));
  }

  completion(name, offset) {
    return this.#guard("completion", () => this.#workspace.completion(name, offset));
  }

  hover(name, offset) {
    return this.#guard("hover", () => this.#workspace.hover(name, offset));
  }

  tokens(name) {
    return this.#guard("tokens", () => this.#workspace.tokens(name));
  }

  diagnostics(name, options = {}) {
    return this.#guard("diagnostics", () => this.#workspace.diagnostics(name, options));
  }

  free() {
    this.#guard("free", () => this.#workspace.free());
  }
}

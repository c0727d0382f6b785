/** A question that has no answer, for example because the policy has errors. */
export class PolicyError extends Error {
  /**
   * @param {string} message what the program writes to stderr
   * @param {{ status: number, args: string[], diagnostics?: object[], cause?: unknown }} details
   */
  constructor(message, { status, args, diagnostics = [], cause }) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "PolicyError";
    this.status = status;
    this.args = args;
    this.diagnostics = diagnostics;
  }
}

// The questions of the tabs. Each is a command of the program `policy`, so that an answer has the
// words of the program.

import { FILES } from "./files.js";

/** Words of an address with a colon, which would end at the port. */
const IPV6 = /^[0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*(\/\d+)?$/i;

/** Returns the arguments for a destination with a port: `443`, `udp:53` or `icmp`. */
function withPort(destination, port) {
  const [, protocol, number] = /^(?:([a-z0-9-]+)[:/])?(.*)$/i.exec(port);
  const isNumber = /^[\d*]/.test(number);
  const place = IPV6.test(destination) ? `[${destination}]` : destination;
  const protocolOf = protocol ?? (isNumber ? undefined : number);
  return {
    destination: isNumber ? `${place}:${number}` : destination,
    options: protocolOf === undefined ? [] : [`--proto=${protocolOf}`],
  };
}

export class Questions {
  #policy;
  #texts;

  /** @param policy of the npm package
   *  @param texts the texts by name */
  constructor(policy, texts) {
    this.#policy = policy;
    this.#texts = texts;
  }

  /** Explains whether the source can reach the destination, or lists what reaches what. */
  access({ source, destination, port, account }) {
    if (source === "" && destination === "") return { text: "" };
    if (destination === "") return this.#about(["what"], [source]);
    if (source === "") {
      const isPort = /^\d[\d-]*$/.test(port);
      return this.#about(["who"], [isPort ? withPort(destination, port).destination : destination]);
    }
    if (account !== "") return this.#about(["explain", `--ssh=${account}`], [source, destination]);
    if (port === "") return { failure: "write a port, such as `443`, `udp:53` or `icmp`" };
    const to = withPort(destination, port);
    return this.#about(["explain", ...to.options], [source, to.destination]);
  }

  /** Returns the matrix and the picture of the report, as HTML. */
  overview() {
    const { text, ...failure } = this.#about(["report"]);
    if (text === undefined) return failure;
    const section = (id) => {
      const start = text.indexOf(`<section id="${id}"`);
      return start < 0 ? "" : text.slice(start, text.indexOf("</section>", start));
    };
    return { matrix: section("matrix"), picture: section("picture") };
  }

  /** Returns the policy, so that another editor starts from it. */
  text() {
    return this.#texts.policy;
  }

  names() {
    return this.#json(["names"]);
  }

  test({ coverage }) {
    return this.#json(["test", ...(coverage ? ["--coverage"] : [])]);
  }

  rust() {
    // Facts are not part of a policy.
    return this.#run(["import", "--", FILES.policy]);
  }

  format() {
    const { status, stdout, stderr } = this.#policy.run(["fmt", "-"], {}, { stdin: this.#texts.policy });
    return status === 0 ? { text: stdout } : { message: stderr.split("\n")[0] };
  }

  /** Compares the policy with the other text, which is the new or the old version. */
  diff({ otherIs }) {
    const versions = otherIs === "new" ? [FILES.policy, FILES.other] : [FILES.other, FILES.policy];
    return this.#run(["diff", ...this.#facts(), "--", ...versions]);
  }

  #facts() {
    return (this.#texts.facts ?? "").trim() === "" ? [] : ["--tailnet", FILES.facts];
  }

  #about(command, words = []) {
    return this.#run([...command, ...this.#facts(), "--", FILES.policy, ...words]);
  }

  #json([command, ...options]) {
    const answer = this.#about([command, "--format=json", ...options]);
    return answer.text === undefined ? answer : { value: JSON.parse(answer.text), summary: answer.summary };
  }

  /** Runs a command. Without an answer, `failure` says why, or `invalid` names the text with errors. */
  #run(args) {
    const given = Object.entries(this.#texts).filter(([name, text]) => name === "policy" || text.trim() !== "");
    const files = Object.fromEntries(given.map(([name, text]) => [FILES[name], text]));
    const { status, stdout, stderr } = this.#policy.run(args, files);
    if (status <= 1 && (stdout !== "" || status === 0)) return { text: stdout, summary: stderr };
    const place = /^ *--> ([^:\n]+):\d+/m.exec(stderr);
    if (/^(error|warning)\[/.test(stderr) && place !== null) return { invalid: place[1] };
    return { failure: stderr.trim() };
  }
}

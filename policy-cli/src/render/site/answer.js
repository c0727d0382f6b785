// Answers questions in the same way as `policy explain`, from the data in the page.
// policy-analysis/src/query/answer_table writes this data. tests/page compares the answers of both.
"use strict";

const TCP = 6, ICMP = 1, ICMPV6 = 58;
const WITH_PORTS = [6, 17, 132];
// The protocols of a rule that does not name any.
const USUAL = [6, 17, 1, 58];
const IPV4 = 1, IPV6 = 2;
// The maximum number of pairs of a source and a destination in a question.
const MOST_PAIRS = 250000;
const MOST_NEAREST = 3;

// Prepares the data of a page for questions.
function prepare(data) {
  const words = new Map(data.words.map(([word, kind, source, destination, meaning]) =>
    [word, { word, kind, source, destination, meaning }]));
  const bySelector = (rules, end) => {
    const lists = data.selectors.map(() => []);
    rules.forEach((rule, number) => new Set(rule[end]).forEach((selector) => lists[selector].push(number)));
    return lists;
  };
  const index = (rules) => ({ rules, source: bySelector(rules, "src"), destination: bySelector(rules, "dst") });
  const self = data.selectors.indexOf("autogroup:self");
  const sets = new Map();
  const set = (list) => {
    if (!sets.has(list)) sets.set(list, new Set(data.lists[list]));
    return sets.get(list);
  };
  return { data, words, self, set, access: index(data.access), ssh: index(data.ssh), texts: data.texts };
}

// Returns the address as [family, number], or null.
function parseAddress(text) {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) {
    const bytes = text.split(".");
    if (bytes.some((byte) => byte > 255 || byte !== String(Number(byte)))) return null;
    return [IPV4, bytes.reduce((all, byte) => all * 256n + BigInt(byte), 0n)];
  }
  if (!/^[0-9a-f:.]+$/i.test(text) || !text.includes(":")) return null;
  const embedded = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (embedded) {
    const address = parseAddress(embedded[2]);
    if (!address) return null;
    text = embedded[1] + (address[1] >> 16n).toString(16) + ":" + (address[1] & 0xffffn).toString(16);
  }
  const halves = text.split("::");
  const groups = (half) => half === "" ? [] : half.split(":");
  if (halves.length > 2) return null;
  const [first, last] = [groups(halves[0]), groups(halves[1] ?? "")];
  const missing = 8 - first.length - last.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const all = [...first, ...Array(missing).fill("0"), ...last];
  if (!all.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return null;
  return [IPV6, all.reduce((number, group) => number * 65536n + BigInt("0x" + group), 0n)];
}

// Finds the ends that a word stands for: { ends, meaning }, or { error }.
function find(model, word, side) {
  word = word.trim();
  const bare = /^\[(.*)\]$/.exec(word)?.[1] ?? word;
  const entry = model.words.get(bare) ?? model.words.get(bare.toLowerCase());
  if (entry) {
    const list = entry[side];
    if (typeof list === "string") return { error: list };
    return { ends: model.data.lists[list].map((end) => model.data.ends[end]), meaning: entry.meaning };
  }
  const address = parseAddress(bare);
  if (!address) return { error: word === "" ? "write a name or an address" : `the policy does not name \`${bare}\`` };
  const range = model.data.addresses.findLast(([first]) =>
    (first.length === 32 ? IPV6 : IPV4) === address[0] && BigInt("0x" + first) <= address[1]);
  const list = range[side === "source" ? 2 : 3];
  if (list === null) return { error: `\`${bare}\` is the address of a device that is not on this page` };
  if (typeof list === "string") return { error: list.replaceAll(range[1], bare) };
  // The policy treats all addresses of the range alike. The data has the name of the first one.
  const name = (text) => text.replaceAll(`\`${range[1]}\``, () => `\`${bare}\``);
  const ends = model.data.lists[list].map((end) => ({ ...model.data.ends[end], rename: name }));
  return { ends, meaning: null };
}

// Returns the address families of a protocol. ICMP has one of them, and other protocols have both.
function familiesOf(protocol) {
  return protocol === ICMP ? IPV4 : protocol === ICMPV6 ? IPV6 : IPV4 | IPV6;
}

function isOn(rule, protocol, port) {
  return rule.ports.some(([allowed, first, last]) => {
    if (allowed === 0 ? !USUAL.includes(protocol) : allowed !== protocol) return false;
    if (protocol === ICMP || protocol === ICMPV6) return true;
    // Only a rule for all ports allows a protocol without ports.
    if (!WITH_PORTS.includes(protocol)) return first === 0 && last === 65535;
    return first <= port && port <= last;
  });
}

function includesAccount(rule, account, login) {
  const at = login?.lastIndexOf("@") ?? -1;
  return rule.users.some((user) => {
    if (user.startsWith("localpart:*@") && user.length > 12) {
      return at >= 0 && login.slice(0, at) === account && login.slice(at + 1).toLowerCase() === user.slice(12).toLowerCase();
    }
    return user === "autogroup:nonroot" ? account !== "root" : user === account;
  });
}

// Operations on sorted lists of numbers.
const union = (a, b) => [...new Set([...a, ...b])].sort((x, y) => x - y);
const common = (a, b) => { const set = new Set(b); return a.filter((item) => set.has(item)); };
const without = (a, b) => { const set = new Set(b); return a.filter((item) => !set.has(item)); };

// Returns the rules that apply in at least one case. They are certain if they are certain in one.
function any(cases) {
  return cases.reduce((all, other) => {
    const certain = union(all.certain, other.certain);
    return { certain, possible: without(union(all.possible, other.possible), certain) };
  }, { certain: [], possible: [] });
}

// A question about a prepared policy: { source, destination, protocol, port, account }.
class Asked {
  constructor(model, question) {
    this.model = model;
    this.question = question;
    this.isPing = question.protocol === ICMP || question.protocol === ICMPV6;
    this.on = model.data.access.map((rule) => this.isPing ? rule.ports.length > 0 : isOn(rule, question.protocol, question.port));
    this.found = new Map();
  }

  isOwnQuestion() { return this.question.destination.trim() === "autogroup:self"; }

  // Returns an end with only the address families of the protocol.
  keepFamilies(end) {
    const families = familiesOf(this.question.protocol);
    const parts = end.parts.map(([own, ...rest]) => [own & families, ...rest]).filter(([own]) => own);
    return { ...end, parts, families: parts.reduce((all, [own]) => all | own, 0) };
  }

  // Returns the rules that have one of the selectors at an end, and for which `matters` is true.
  rulesWith(index, side, selectors, matters) {
    const numbers = new Set(selectors.flatMap((selector) => index[side][selector]).filter(matters));
    return [...numbers].sort((a, b) => a - b);
  }

  // Returns the access rules and the SSH rules that include a part of an end.
  rulesOf(part, side, login) {
    const key = JSON.stringify([side, part[1], part[2], side === "source" ? login : null]);
    if (!this.found.has(key)) {
      const { access, ssh } = this.model;
      const isAccount = (number) => this.question.account !== null && ssh.rules[number].action !== null;
      const numbers = (index, matters) => ({
        certain: this.rulesWith(index, side, part[1], matters),
        possible: this.rulesWith(index, side, part[2], matters),
      });
      this.found.set(key, { access: numbers(access, (number) => this.on[number]), ssh: numbers(ssh, isAccount) });
    }
    return this.found.get(key);
  }

  ownerships(source, destination) {
    if (source.class === undefined || destination.class === undefined) return this.isOwnQuestion() ? [] : [false];
    const [families, same, only] = this.model.data.sourceClasses[source.class];
    const found = [];
    if (same.includes(destination.class)) found.push(true);
    const meets = (families & this.model.data.destinationClasses[destination.class]) !== 0;
    if (meets && !only.includes(destination.class) && !this.isOwnQuestion()) found.push(false);
    return found;
  }

  // Returns true if both may be devices of the same user, because the user of one is unknown.
  mayShareUser(source, destination) {
    const mayBe = (one, other) => one.anyMember && other.person;
    if (source.asked && destination.asked && (mayBe(source, destination) || mayBe(destination, source))) {
      return source.who !== destination.who;
    }
    if (source.unknownDevice) return Boolean(destination.unknownDevice || destination.person);
    return Boolean(destination.unknownDevice && source.person);
  }

  expectedFamilies(source, destination) {
    const isPlain = (end) => end.atAddress || end.literal && end.families !== (IPV4 | IPV6);
    return isPlain(source) || isPlain(destination)
      ? source.families & destination.families : source.families | destination.families;
  }

  // Returns the rules from a part of one end to a part of the other.
  numbersBetween(from, to, rules, ownership) {
    const certain = common(from.certain, to.certain);
    const possible = [...common(from.possible, to.certain), ...common(from.certain, to.possible), ...common(from.possible, to.possible)];
    const own = (numbers) => numbers.filter((number) => rules[number].toOwn);
    if (ownership === "same") { certain.push(...own(from.certain)); possible.push(...own(from.possible)); }
    if (ownership === "maybe") possible.push(...own(from.certain), ...own(from.possible));
    const sorted = union(certain, []);
    return { certain: sorted, possible: without(union(possible, []), sorted) };
  }

  // Returns the relevant rules from one end to the other.
  between(source, destination, isOwn) {
    const ownership = isOwn ? "same" : this.mayShareUser(source, destination) ? "maybe" : "different";
    const { access, ssh } = this.model;
    const pairs = [], logins = [];
    for (const from of source.parts) {
      for (const to of destination.parts) {
        const families = from[0] & to[0];
        if (!families) continue;
        const [by, at] = [this.rulesOf(from, "source", source.login), this.rulesOf(to, "destination")];
        pairs.push([families, this.numbersBetween(by.access, at.access, access.rules, ownership)]);
        logins.push(this.numbersBetween(by.ssh, at.ssh, ssh.rules, ownership));
      }
    }
    const network = any(pairs.map(([, numbers]) => numbers));
    let login = any(logins);
    if (isOwn) login = any([login, { certain: common(source.localSsh ?? [], destination.localSsh ?? []), possible: [] }]);
    const isFor = (number) => this.question.account !== null
      && includesAccount(ssh.rules[number], this.question.account, source.login);
    login = { certain: login.certain.filter(isFor), possible: login.possible.filter(isFor) };
    const limited = this.limits(pairs, this.expectedFamilies(source, destination));
    const notCarried = this.keepCarried(source, destination, network);
    const doubts = (possible, which) => [[source, "source"], [destination, "destination"]].map(([end, side]) =>
      possible.filter((number) => !end.parts.some((part) => this.rulesOf(part, side, source.login)[which].certain.includes(number))));
    return {
      network, login, notCarried,
      limited: limited.filter(([number]) => network.certain.includes(number) || network.possible.includes(number) || notCarried.includes(number)),
      doubts: [doubts(network.possible, "access"), doubts(login.possible, "ssh")],
    };
  }

  // Returns the certain rules that are for only some of the expected address families.
  limits(pairs, expected) {
    if (pairs.length === 1 && pairs[0][0] === expected) return [];
    const families = new Map();
    for (const [own, numbers] of pairs) {
      for (const number of numbers.certain) families.set(number, (families.get(number) ?? 0) | own);
    }
    return [...families].filter(([, own]) => own !== expected).sort(([a], [b]) => a - b);
  }

  carriers(source, destination) {
    const { usual, devices } = destination.carried;
    return this.model.data.lists[devices][source.device] ?? usual;
  }

  // Removes the rules whose traffic no router carries, and returns them.
  keepCarried(source, destination, network) {
    const { set, access } = this.model;
    let isCertain, isPossible;
    if (destination.carried) {
      const [certain, possible] = this.carriers(source, destination).map((list) => typeof list === "number" ? set(list) : null);
      isCertain = (number) => certain.has(number);
      isPossible = (number) => possible.has(number);
    } else if (destination.closed !== undefined && [...network.certain, ...network.possible].some((number) => access.rules[number].via)) {
      const closed = set(destination.closed);
      isCertain = isPossible = (number) => !closed.has(number);
    } else return [];
    const left = [...network.certain.filter((number) => !isCertain(number)), ...network.possible.filter((number) => !isPossible(number))];
    network.certain = network.certain.filter(isCertain);
    network.possible = network.possible.filter(isPossible);
    return union(left, []);
  }

  // Groups all pairs of ends by the rules between them.
  blocks(sources, destinations) {
    const blocks = [], rows = new Map();
    sources.forEach((source, place) => {
      const row = this.columns(source, destinations);
      const key = JSON.stringify(row);
      const known = rows.get(key);
      if (known) {
        if (!source.multiTag) known.forEach((block) => block.sources.push(place));
        return;
      }
      rows.set(key, row.map((column) => {
        const block = { ...column, sources: [place] };
        blocks.push(block);
        return block;
      }));
    });
    return blocks;
  }

  columns(source, destinations) {
    const columns = [], known = new Map(), isOwnQuestion = this.isOwnQuestion();
    destinations.forEach((destination, place) => {
      let found = this.ownerships(source, destination).map((isOwn) => {
        const between = this.between(source, destination, isOwn);
        return { isOwn, between, key: JSON.stringify(between) };
      });
      // Mention the owner of the devices only if it makes a difference.
      if (found.length === 1 && !isOwnQuestion) found[0].isOwn = null;
      if (found.length === 2 && found[0].key === found[1].key) { found = [found[0]]; found[0].isOwn = null; }
      for (const { isOwn, between, key } of found) {
        const column = known.get(isOwn + key);
        if (!column) {
          columns.push({ isOwn, between, destinations: [place] });
          known.set(isOwn + key, columns.at(-1));
        } else if (!destination.multiTag) column.destinations.push(place);
      }
    });
    return columns;
  }

  nameOf(end) { return this.namesOf([end])[0] ?? "nobody"; }

  // Returns the names of some ends. A user whose role is unknown is listed once if the role does
  // not matter.
  namesOf(ends) {
    const all = ends.flatMap((end) => end.names.map((name) => ({ name, rename: end.rename ?? ((text) => text) })));
    const unconditional = new Set(all.filter(({ name }) => !Array.isArray(name)).map(({ name }) => name));
    const shown = all.filter(({ name }) => !Array.isArray(name) || name.length < 2 || !unconditional.has(name[1]));
    return [...new Set(shown.map(({ name, rename }) => rename(this.model.texts[Array.isArray(name) ? name[0] : name])))];
  }

  // Returns the best name of an end, even if it has a condition.
  bestName(end) {
    const name = end.names[0];
    const text = name === undefined ? "nobody" : this.model.texts[Array.isArray(name) ? name[0] : name];
    return end.rename ? end.rename(text) : text;
  }

  isNamed(ends, selector, side) {
    return side === "destination" && ends.isOwn && selector === this.model.self || ends[side].named[0].includes(selector);
  }

  mayBeNamed(ends, selector, side) {
    return side === "destination" && selector === this.model.self || ends[side].named[1].includes(selector);
  }

  // Explains how a rule includes the ends, or the condition under which it does.
  path(ends, rule) {
    return [["src", "source"], ["dst", "destination"]].flatMap(([list, side]) => {
      let possible;
      const certain = rule[list].find((selector) => {
        const isNamed = this.isNamed(ends, selector, side);
        if (!isNamed && possible === undefined && this.mayBeNamed(ends, selector, side)) possible = selector;
        return isNamed;
      });
      const selector = certain ?? possible;
      if (selector === undefined) return [];
      const isPossible = ends[side].named[1].includes(selector);
      if (side === "destination" && ends.isOwn && selector === this.model.self && !isPossible) {
        return [this.model.data.ownDevices];
      }
      const text = ends[side].paths[selector];
      return text === undefined ? [] : [ends[side].rename ? ends[side].rename(this.model.texts[text]) : this.model.texts[text]];
    });
  }

  reasons(numbers, between, ends) {
    const reasons = [];
    for (const number of numbers) {
      const rule = this.model.access.rules[number];
      // An ACL with different ports is several rules here.
      if (!this.on[number] || reasons.at(-1)?.rule === rule.rule) continue;
      const families = between.limited.find(([limited]) => limited === number)?.[1] ?? null;
      reasons.push({ rule: rule.rule, number, families, path: this.path(ends, rule) });
    }
    return reasons;
  }

  case(sources, destinations, block) {
    const [source, destination] = [sources[block.sources[0]], destinations[block.destinations[0]]];
    const isOwn = block.isOwn !== false && source.class !== undefined && destination.class !== undefined
      && this.model.data.sourceClasses[source.class][1].includes(destination.class);
    const ends = { source, destination, isOwn };
    const { between } = block;
    const lacksFamily = (source.families & destination.families) === 0;
    let network = "allowed", notCarried = [], nearest = [];
    let reasons = this.reasons(between.network.certain, between, ends);
    if (reasons.length === 0) { network = "depends"; reasons = this.reasons(between.network.possible, between, ends); }
    if (reasons.length === 0) {
      network = "denied";
      notCarried = this.reasons(between.notCarried, between, ends);
      if (notCarried.length === 0 && !lacksFamily) nearest = this.nearestRules(ends);
    }
    const expected = this.expectedFamilies(source, destination);
    const families = network === "allowed" ? reasons.reduce((all, { families }) => all | (families ?? expected), 0) : expected;
    const opensPings = ({ number }) => [ICMP, ICMPV6].every((ping) => isOn(this.model.access.rules[number], ping, 0));
    const login = this.question.account === null ? null : this.login(between.login, ends);
    return {
      sources: this.namesOf(block.sources.map((place) => sources[place])),
      destinations: this.namesOf(block.destinations.map((place) => destinations[place])),
      isOwn: block.isOwn,
      isVariant: block.sources.every((place) => sources[place].variant) || block.destinations.every((place) => destinations[place].variant),
      hasAllTags: Boolean(source.multiTag || destination.multiTag),
      network, reasons, notCarried, nearest, lacksFamily, login,
      families: families === expected ? null : families,
      obstacle: notCarried.length === 0 ? null : destination.carried ? this.carriers(source, destination)[2] : "via",
      opensPing: network === "allowed" && WITH_PORTS.includes(this.question.protocol) && !reasons.some(opensPings),
      decision: login && rank(login.decision) < rank(network) ? login.decision : network,
    };
  }

  login(numbers, ends) {
    const { ssh } = this.model;
    const reason = (number) => {
      const rule = ssh.rules[number];
      const path = this.path(ends, rule);
      if (!rule.dst.some((item) => this.isNamed(ends, item, "destination") || this.mayBeNamed(ends, item, "destination"))) {
        path.push(this.model.data.localSsh);
      }
      return { rule: rule.rule, number, path };
    };
    // Check rules come before all others.
    const withAction = (action) => numbers.certain.find((number) => ssh.rules[number].action === action);
    const deciding = withAction("check") ?? withAction("accept");
    let possible = numbers.possible;
    if (deciding !== undefined) {
      possible = possible.filter((number) => ssh.rules[deciding].action === "accept" && ssh.rules[number].action === "check");
    }
    const decision = deciding !== undefined ? "allowed" : possible.length > 0 ? "depends" : "denied";
    return {
      decision,
      by: deciding === undefined ? null : reason(deciding),
      isCheck: deciding !== undefined && ssh.rules[deciding].action === "check",
      possible: possible.map(reason),
      nearest: decision === "denied" ? this.nearestLogins(ends) : [],
    };
  }

  // Returns how a rule names the destination: 0 as `*`, 1 by another selector, 2 by its own name,
  // -1 not at all.
  namedAs(ends, rule) {
    const asked = this.bestName(ends.destination).replace(/^`+|`+$/g, "");
    return Math.max(-1, ...rule.dst.filter((item) => this.isNamed(ends, item, "destination")).map((item) => {
      const text = this.model.data.selectors[item];
      return text === asked ? 2 : text === "*" ? 0 : 1;
    }));
  }

  nearestRules(ends) {
    const search = new Nearest();
    this.model.access.rules.forEach((rule, number) => {
      if (rule.ports.length === 0 || rule.implicit) return;
      search.offer(rule.rule, {
        source: rule.src.some((item) => ends.source.named[0].includes(item)),
        destination: this.namedAs(ends, rule),
        ports: this.on[number],
      }, rule);
    });
    return search.found.map((near) => this.describe(near, ends, (near) => `opens ${this.bestName(ends.destination)} on ${listed(near.ports)} only`));
  }

  nearestLogins(ends) {
    const search = new Nearest();
    this.model.ssh.rules.forEach((rule) => {
      if (rule.action === null) return;
      search.offer(rule.rule, {
        source: rule.src.some((item) => this.isNamed(ends, item, "source")),
        destination: this.namedAs(ends, rule),
        ports: includesAccount(rule, this.question.account, ends.source.login),
      }, rule);
    });
    return search.found.map((near) => this.describe(near, ends, (near) => near.account.replaceAll("\0", this.bestName(ends.source))));
  }

  // Describes the only mismatch of a rule. The text follows "this rule".
  describe(near, ends, ports) {
    const [source, destination] = [this.bestName(ends.source), this.bestName(ends.destination)];
    let mismatch;
    if (near.unmet === PORTS_OF_ITSELF || near.unmet === PORTS) mismatch = ports(near);
    else if (near.unmet === DESTINATION) {
      const isToUser = ends.destination.person && !ends.destination.userDevice;
      mismatch = near.destinations.length === 1 && near.destinations[0] === "autogroup:self"
        ? `leads to the source's own devices only, and ${destination}${isToUser ? "'s are not" : " is not"} ${source}'s`
        : `leads to ${listed(near.destinations)}, not to ${destination}`;
    } else {
      const texts = this.model.data.rules[near.rule].sources;
      const text = typeof texts === "string" ? texts
        : ends.source.login === undefined ? texts[0] : texts[2][ends.source.role] ?? texts[1];
      mismatch = text.replaceAll("\0", source);
    }
    return { rule: near.rule, mismatch };
  }
}

// The kinds of mismatch between a rule and a question, nearest first.
const PORTS_OF_ITSELF = 0, PORTS = 1, SOURCE = 2, DESTINATION = 3, SOURCE_OF_EVERYTHING = 4;

// The rules that nearly allow the access, each once.
class Nearest {
  constructor() { this.found = []; }

  offer(number, { source, destination, ports }, rule) {
    let unmet;
    if (source && destination >= 0 && !ports) unmet = destination === 2 ? PORTS_OF_ITSELF : PORTS;
    else if (!source && destination >= 0 && ports) unmet = destination === 0 ? SOURCE_OF_EVERYTHING : SOURCE;
    else if (source && destination < 0 && ports) unmet = DESTINATION;
    else return;
    const near = { rule: number, unmet, ports: [...rule.portNames ?? []], account: rule.account, destinations: [...rule.dstNames] };
    const known = this.found.find((other) => other.rule === number);
    if (known) {
      // An ACL with different ports is several rules here.
      if (known.unmet === unmet && unmet <= PORTS) known.ports.push(...near.ports);
      if (known.unmet === unmet && unmet === DESTINATION) known.destinations.push(...near.destinations);
      if (known.unmet <= unmet) return;
      this.found.splice(this.found.indexOf(known), 1);
    }
    const place = this.found.findIndex((other) => other.unmet > unmet);
    const at = place < 0 ? this.found.length : place;
    if (at < MOST_NEAREST) {
      this.found.length = Math.min(this.found.length, MOST_NEAREST - 1);
      this.found.splice(at, 0, near);
    }
  }
}

const rank = (decision) => ["denied", "depends", "allowed"].indexOf(decision);

// Returns words as a list in a sentence, each in backticks.
function listed(words) {
  const quoted = words.slice(0, 4).map((word) => `\`${word}\``);
  if (words.length > 4) return `${quoted.join(", ")} and ${words.length - 4} more`;
  const last = quoted.pop() ?? "";
  return quoted.length === 0 ? last : `${quoted.join(", ")} and ${last}`;
}

// Answers a question: { decision, cases, source, destination }, or { error }.
function answer(model, question) {
  const [source, destination] = [find(model, question.source, "source"), find(model, question.destination, "destination")];
  if (source.error) return { error: source.error, side: "source" };
  if (destination.error) return { error: destination.error, side: "destination" };
  const asked = new Asked(model, question);
  const keep = (ends) => ends.map((end) => asked.keepFamilies(end));
  const [sources, destinations] = [keep(source.ends), keep(destination.ends)];
  if (sources.length * destinations.length > MOST_PAIRS) {
    return { error: "that is about more pairs of a source and a destination than this page compares: ask `policy explain`" };
  }
  let cases = asked.blocks(sources, destinations).map((block) => asked.case(sources, destinations, block));
  // Leave out variants that have the same decision, even if it is by other rules.
  const plain = cases.filter((one) => !one.isVariant).map((one) => one.decision);
  if (plain.length > 0 && plain.every((decision) => decision === plain[0])) {
    cases = cases.filter((one) => !one.isVariant || one.decision !== plain[0]);
  }
  const decisions = cases.map((one) => one.decision);
  const isOne = decisions.every((decision) => decision === decisions[0]);
  return {
    decision: cases.length === 0 ? "denied" : isOne ? decisions[0] : "depends",
    cases,
    isAboutNobody: cases.length === 0 && (sources.length === 0 || destinations.length === 0 || asked.isOwnQuestion()),
    source: source.meaning,
    destination: destination.meaning,
  };
}

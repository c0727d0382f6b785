// The form for questions, and the answers below it.
"use strict";

const MOST_SHOWN = 12;
const MOST_SUGGESTED = 40;

// Reads `443`, `tcp:443`, `udp:53`, `icmp`, `ssh` or `gre`: { protocol, port, name }, or { error }.
function readPort({ protocols, services }, text) {
  const word = text.trim().toLowerCase();
  if (word === "") return { error: "write a port, such as `443`, `udp:53` or `icmp`" };
  const [, before, after] = /^(?:([^:/]+)[:/])?(.*)$/.exec(word);
  const port = (name) => Object.hasOwn(services, name) ? services[name] : /^\d{1,5}$/.test(name) && name <= 65535 ? Number(name) : null;
  const protocol = (name) => name === "ping" ? ICMP : Object.hasOwn(protocols, name) ? protocols[name] : /^\d{1,3}$/.test(name) && name >= 1 && name <= 255 ? Number(name) : null;
  if (before === undefined && port(after) !== null) return { protocol: TCP, port: port(after), name: `tcp:${port(after)}` };
  const number = protocol(before ?? after);
  if (number === null) return { error: `\`${text.trim()}\` is not a port: write \`443\`, \`udp:53\` or \`icmp\`` };
  if (!WITH_PORTS.includes(number)) return { protocol: number, port: 0, name: before ?? after };
  if (before === undefined || port(after) === null) return { error: `write a port behind \`${before ?? after}:\`` };
  return { protocol: number, port: port(after), name: `${before}:${port(after)}` };
}

const WORDS = { allowed: "allowed", denied: "denied", depends: "it depends" };
const over = (families) => families === null ? "" : `, over ${families === 1 ? "IPv4" : "IPv6"} only`;
const some = (names) => names.slice(0, MOST_SHOWN).join(", ") + (names.length > MOST_SHOWN ? ` and ${names.length - MOST_SHOWN} more` : "");

// Lists rules, each with its place and notes.
function ruleList(model, rules) {
  const list = make("ul", "rules");
  for (const { rule, notes } of rules) {
    const { place, text, conditions } = model.data.ruleTexts[rule];
    const link = document.getElementById("rule-" + rule) ? Object.assign(make("a", "", place), { href: "#rule-" + rule }) : make("span", "", place);
    const item = make("li", "", link, " ", Object.assign(make("code", ""), { textContent: text }));
    for (const note of [...notes, ...conditions]) item.append(make("div", "note", note));
    list.append(item);
  }
  return list;
}

function caseOf(model, question, one) {
  const parts = [];
  const say = (text) => parts.push(make("p", "", text));
  const show = (rules) => { if (rules.length > 0) parts.push(ruleList(model, rules)); };
  const reason = ({ rule, path, families = null }) =>
    ({ rule, notes: [...path, ...families === null ? [] : [over(families).slice(2)]] });
  const nearest = (kind, rules) => {
    say(rules.length === 0 ? `No ${kind} comes near.` : `No ${kind} allows it. Nearest:`);
    show(rules.map(({ rule, mismatch }) => ({ rule, notes: ["this rule " + mismatch] })));
  };
  if (one.network === "allowed") {
    say(question.account === null ? "Allowed by:" : "Port 22 is open:");
    show(one.reasons.map(reason));
    if (one.opensPing) say("Ping is open, too, because a device answers pings from every source that can reach one of its ports.");
  } else if (one.network === "depends") {
    say("No rule allows it for certain, but this may:");
    show(one.reasons.map(reason));
  } else if (one.lacksFamily) {
    say("They have no addresses of the same family, and packets cannot pass between IPv4 and IPv6.");
  } else if (one.notCarried.length > 0) {
    say(`The policy allows it, but ${model.data.obstacles[one.obstacle]}:`);
    show(one.notCarried.map(reason));
  } else nearest("rule", one.nearest);
  if (one.login) {
    const { by, isCheck, possible, decision } = one.login;
    if (by) {
      say(isCheck ? "SSH allows the login after a check:" : "SSH allows the login:");
      show([reason(by)]);
    }
    if (possible.length > 0) {
      say(by ? "SSH may require a check:" : "SSH may allow the login:");
      show(possible.map(reason));
    }
    if (decision === "denied") nearest("SSH rule", one.login.nearest);
  }
  return parts;
}

function showAnswer(model, question, said, output) {
  output.replaceChildren();
  if (said.error) {
    output.append(make("p", "verdict error", said.error));
    return;
  }
  const { source, destination, account, name } = question;
  const deed = account === null ? `reach \`${destination}\` on \`${name}\`` : `get into \`${destination}\` as \`${account}\``;
  const families = said.cases.map((one) => one.families);
  const all = families.every((other) => other === families[0]) ? over(families[0] ?? null) : "";
  const sentence = {
    allowed: `\`${source}\` can ${deed}${all}`, denied: `\`${source}\` cannot ${deed}`, depends: `whether \`${source}\` can ${deed}`,
  }[said.decision];
  output.append(make("p", "verdict " + said.decision, make("strong", "", WORDS[said.decision]), " ", sentence));
  for (const [word, meaning] of new Map([[source, said.source], [destination, said.destination]])) {
    if (meaning) output.append(make("p", "more", `\`${word}\` is ${meaning}`));
  }
  if (said.cases.length === 0) {
    output.append(make("p", "", said.isAboutNobody ? "One of them stands for nobody." : "Packets cannot pass between IPv4 and IPv6."));
  }
  const differ = (of) => said.cases.some((other) => String(of(other)) !== String(of(said.cases[0])));
  for (const one of said.cases) {
    const parts = caseOf(model, question, one);
    if (said.cases.length === 1) { output.append(...parts); continue; }
    const to = (differ((other) => other.sources) ? ` for ${some(one.sources)}` : "")
      + (differ((other) => other.destinations) ? ` to ${some(one.destinations)}` : "")
      + (one.isOwn === true ? ", on devices of one user" : one.isOwn === false ? ", on devices of different users" : "")
      + (one.hasAllTags ? ", with all its tags" : "") + over(one.families);
    output.append(make("div", "case", make("h3", one.decision, make("strong", "", WORDS[one.decision]), to), ...parts));
  }
}

// Returns the words that contain a text, or whose description does (such as a login). Words that
// begin with the text come first.
function suggestions(model, side, text) {
  const wanted = text.trim().toLowerCase();
  const found = [[], []];
  for (const { word, kind, meaning, [side]: list } of model.words.values()) {
    if (typeof list !== "number") continue;
    const about = (meaning ? `${kind}, ${meaning}` : kind).replaceAll("`", "");
    if (word.toLowerCase().startsWith(wanted)) found[0].push({ word, about });
    else if (`${word} ${about}`.toLowerCase().includes(wanted)) found[1].push({ word, about });
    if (found[0].length === MOST_SUGGESTED) break;
  }
  return found.flat().slice(0, MOST_SUGGESTED);
}

function startQuestions() {
  const data = document.getElementById("data");
  const form = document.getElementById("question");
  if (!data || !form) return;
  const model = prepare(JSON.parse(data.textContent));
  const { source, destination, port, account } = form.elements;
  for (const [field, side] of [[source, "source"], [destination, "destination"]]) {
    const list = document.getElementById(field.getAttribute("list"));
    const suggest = () => list.replaceChildren(...suggestions(model, side, field.value).map(({ word, about }) =>
      Object.assign(document.createElement("option"), { value: word, label: about })));
    field.addEventListener("input", suggest);
    suggest();
  }
  const output = document.getElementById("answer");
  const ask = () => {
    const read = account.value.trim() === "" ? readPort(model.data, port.value) : { protocol: TCP, port: 22, name: "tcp:22" };
    const question = {
      ...read, source: source.value.trim(), destination: destination.value.trim(),
      account: account.value.trim() === "" ? null : account.value.trim(),
    };
    showAnswer(model, question, read.error ? read : answer(model, question), output);
  };
  form.addEventListener("submit", (event) => { event.preventDefault(); ask(); });
  const askIfWhole = () => { if (source.value && destination.value && (port.value || account.value)) ask(); };
  form.addEventListener("change", askIfWhole);
  document.getElementById("swap").addEventListener("click", () => {
    [source.value, destination.value] = [destination.value, source.value];
    askIfWhole();
  });
  form.hidden = false;
}
startQuestions();

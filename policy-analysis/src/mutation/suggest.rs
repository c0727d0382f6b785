//! Suggests tests that kill a mutant. Each is tried before it is suggested.

use std::collections::HashMap;

use policy_core::json::{Map, Number, Value};

use crate::mutation::examples::Examples;
use crate::mutation::network_suite::NetworkSuite;
use crate::mutation::ssh_suite::SshSuite;
use crate::mutation::{MutatedRule, Mutation, SuggestedTest, Widening};
use policy_core::access::{PortSet, posture};
use policy_core::model::{
    Action, Comparison, Condition, List, Policy, PortRange, Posture, Protocol, Scalar, Selector, SelectorKind, SshRule,
    SshTest, Target, Test,
};
use policy_core::source::{Origin, Text};
use policy_core::testing::Expectation;

/// The maximum number of tests that are tried for one mutant.
const TRIALS: usize = 40;
/// The maximum number for all mutants together, so that thousands of redundant rules do not take
/// minutes.
const ALL_TRIALS: usize = 200_000;

/// A search for tests that kill mutants.
pub(super) struct Suggester<'a, 'p> {
    policy: &'p Policy,
    network: &'a NetworkSuite<'p>,
    ssh: &'a SshSuite<'p>,
    examples: Examples<'p>,
    /// The numbers of each rule in the index.
    numbers: HashMap<Origin, Vec<usize>>,
    trials: usize,
}

impl<'a, 'p> Suggester<'a, 'p> {
    pub(super) fn new(policy: &'p Policy, network: &'a NetworkSuite<'p>, ssh: &'a SshSuite<'p>) -> Self {
        let mut numbers: HashMap<Origin, Vec<usize>> = HashMap::new();
        for (number, rule) in network.rules.list.iter().enumerate() {
            numbers.entry(rule.rule.origin()).or_default().push(number);
        }
        Suggester { policy, network, ssh, examples: Examples::new(policy), numbers, trials: ALL_TRIALS }
    }

    /// Returns a test that kills a mutant of a rule, the first one found.
    pub(super) fn suggest(&mut self, rule: MutatedRule, mutation: Mutation) -> Option<SuggestedTest> {
        let attributes = attributes(self.policy, posture::required(self.policy, rule.postures()))?;
        let sources = match mutation {
            Mutation::Widening(Widening::Source) => self.examples.anybody(),
            _ => self.examples.sources(rule.src()),
        };
        let mut pairs: Vec<(usize, &Selector, Selector)> = Vec::new();
        for (i, source) in sources.iter().enumerate() {
            let destinations = match mutation {
                Mutation::Widening(Widening::Destination) => self.examples.anything(source),
                _ => self.examples.destinations(rule.dst(), source),
            };
            pairs.extend(destinations.into_iter().enumerate().map(|(j, destination)| (i + j, source, destination)));
        }
        // The best examples are the first ones on both sides.
        pairs.sort_by_key(|(distance, ..)| *distance);
        for (_, source, destination) in pairs.into_iter().take(TRIALS) {
            self.trials = self.trials.checked_sub(1)?;
            let test = match rule {
                MutatedRule::Ssh(rule) => self.suggest_ssh(rule, mutation, source, &destination, &attributes),
                _ => self.suggest_network(rule.origin(), mutation, source, &destination, &attributes),
            };
            if test.is_some() {
                return test;
            }
        }
        None
    }

    fn suggest_network(
        &self,
        rule: Origin,
        mutation: Mutation,
        source: &Selector,
        destination: &Selector,
        attributes: &Map,
    ) -> Option<SuggestedTest> {
        let numbers = self.numbers.get(&rule)?;
        let parts = numbers.iter().filter_map(|&number| self.network.rules.list.get(number));
        let own = PortSet::new(parts.flat_map(|part| part.ports.iter().copied()));
        let is_deletion = mutation == Mutation::Deletion;
        let except = is_deletion.then_some(rule);
        let open = PortSet::new(self.network.open_between(source, destination, attributes, except));
        let is_on_all = mutation == Mutation::Widening(Widening::Ports);
        let wanted = if is_on_all { PortSet::new([(None, PortRange::ALL)]) } else { own };
        let (protocol, port) = wanted.without(&open).example()?;
        let port = if protocol.has_ports() { port } else { 0 };
        let target = target(destination, port);
        let proto = (protocol != Protocol::TCP).then_some(protocol);
        let mut test =
            Test { src: Some(source.clone()), proto, src_posture_attrs: attributes.clone(), ..Test::default() };
        let list = if is_deletion { &mut test.accept } else { &mut test.deny };
        list.items.push(target.clone());
        let killed = self.network.killed_by(std::slice::from_ref(&test));
        let is_killed = killed.has(rule, mutation, |rules| numbers.iter().any(|&number| rules.contains(number)));
        (is_killed && self.network.passes(&test)).then(|| SuggestedTest {
            mutation,
            src: source.text.to_string(),
            proto,
            attributes: attributes.clone(),
            expectation: if is_deletion { Expectation::Accept } else { Expectation::Deny },
            target: target.text.to_string(),
            destination: None,
        })
    }

    fn suggest_ssh(
        &self,
        rule: &SshRule,
        mutation: Mutation,
        source: &Selector,
        destination: &Selector,
        attributes: &Map,
    ) -> Option<SuggestedTest> {
        use SelectorKind as Kind;
        if !matches!(source.kind, Kind::User | Kind::Tag) || !matches!(destination.kind, Kind::User | Kind::Tag) {
            return None;
        }
        let expectation = match (mutation, rule.action) {
            (Mutation::Deletion, Some(Action::Check)) => Expectation::Check,
            (Mutation::Deletion, _) => Expectation::Accept,
            _ => Expectation::Deny,
        };
        accounts(rule, mutation, source).into_iter().find_map(|account| {
            let mut test = SshTest {
                src: Some(source.clone()),
                dst: List { items: vec![destination.clone()], ..List::default() },
                src_posture_attrs: attributes.clone(),
                ..SshTest::default()
            };
            let list = match expectation {
                Expectation::Accept => &mut test.accept,
                Expectation::Check => &mut test.check,
                Expectation::Deny => &mut test.deny,
            };
            list.items.push(Text::escaped(account.as_str(), Origin::default()));
            let killed = self.ssh.killed_by(std::slice::from_ref(&test));
            (killed.has(rule.origin, mutation, |rules| rules.contains(&rule.origin)) && self.ssh.passes(&test)).then(
                || SuggestedTest {
                    mutation,
                    src: source.text.to_string(),
                    proto: None,
                    attributes: attributes.clone(),
                    expectation,
                    target: account,
                    destination: Some(destination.text.to_string()),
                },
            )
        })
    }
}

/// Returns a target as a test writes it. An IPv6 address gets brackets.
fn target(host: &Selector, port: u16) -> Target {
    let text = match host.kind {
        SelectorKind::Address(address) if address.is_ipv6() => format!("[{}]:{port}", host.text),
        _ => format!("{}:{port}", host.text),
    };
    let origin = Origin::default();
    Target { text: Text::escaped(text, origin), host: host.clone(), port, port_origin: origin }
}

/// Returns accounts of a rule. For a wider rule, returns accounts that the rule may lack.
fn accounts(rule: &SshRule, mutation: Mutation, source: &Selector) -> Vec<String> {
    let local = source.text.split_once('@').map_or("ubuntu", |(local, _)| local);
    if mutation == Mutation::Widening(Widening::Ports) {
        return ["root", "ubuntu", "postgres", local].map(str::to_owned).to_vec();
    }
    let account = |user: &Text| match user.strip_prefix("localpart:") {
        None if user.as_str() == "autogroup:nonroot" => local.to_owned(),
        None => user.to_string(),
        Some(_) => local.to_owned(),
    };
    rule.users.iter().map(account).take(TRIALS).collect()
}

/// Returns attributes of a device that meets one of the postures, or `None` if none were found.
fn attributes(policy: &Policy, required: &[Selector]) -> Option<Map> {
    if required.is_empty() {
        return Some(Map::new());
    }
    let postures = required.iter().filter_map(|name| policy.postures.iter().find(|known| *known.name == *name.text));
    let of = |posture: &Posture| -> Map {
        let each = posture.conditions.iter().filter_map(|condition| Some((condition, value(condition)?)));
        each.map(|(condition, value)| (condition.attribute.to_string(), value)).collect()
    };
    postures.map(of).find(|attributes| posture::holds(policy, required, attributes))
}

/// Returns a value that meets a condition, in most cases.
fn value(condition: &Condition) -> Option<Value> {
    let text = |text: &str| Some(Value::from(text));
    match &condition.comparison {
        Comparison::IsTrue => Some(Value::Bool(true)),
        Comparison::Equal(scalar) | Comparison::LessOrEqual(scalar) | Comparison::GreaterOrEqual(scalar) => {
            of_scalar(scalar, 0.0)
        }
        Comparison::Greater(Scalar::Text(version)) => text(&format!("{version}.1")),
        Comparison::Less(Scalar::Text(_)) => text("0"),
        Comparison::Greater(scalar) => of_scalar(scalar, 1.0),
        Comparison::Less(scalar) => of_scalar(scalar, -1.0),
        Comparison::NotEqual(Scalar::Bool(value)) => Some(Value::Bool(!value)),
        Comparison::NotEqual(scalar) => match scalar {
            Scalar::Number(_) => of_scalar(scalar, 1.0),
            _ => text("another"),
        },
        Comparison::In(scalars) => of_scalar(scalars.first()?, 0.0),
        Comparison::NotIn(_) | Comparison::IsSet => text("another"),
        Comparison::NotSet => None,
    }
}

fn of_scalar(scalar: &Scalar, more: f64) -> Option<Value> {
    match scalar {
        Scalar::Text(text) => Some(Value::from(text.as_str())),
        Scalar::Bool(value) => Some(Value::Bool(*value)),
        // Whole numbers have no decimal point.
        Scalar::Number(number) => {
            let number = number + more;
            let whole = format!("{number:.0}").parse::<i64>().ok().filter(|_| number.fract() == 0.0);
            whole.map(Value::from).or_else(|| Number::from_f64(number).map(Value::Number))
        }
    }
}

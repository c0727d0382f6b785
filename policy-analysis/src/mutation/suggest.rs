//! Lines of tests that would notice a change, each tried out.

use std::collections::HashMap;

use policy_core::json::{Map, Number, Value};

use crate::mutation::examples::Examples;
use crate::mutation::network_suite::NetworkSuite;
use crate::mutation::ssh_suite::SshSuite;
use crate::mutation::{MutatedRule, Mutation, SuggestedTest, WIDER};
use policy_core::access::port_set::PortSet;
use policy_core::access::posture;
use policy_core::model::{
    Action, Comparison, Condition, List, Policy, PortRange, Posture, Protocol, Scalar, Selector, SelectorKind, SshRule,
    SshTest, Target, Test,
};
use policy_core::source::{Origin, Text};
use policy_core::testing::outcome::Expectation;

/// So many tests are tried for one change, ...
const TRIALS: usize = 40;
/// ... and for all of them together, so that thousands of rules which others make needless take no minutes.
const ALL_TRIALS: usize = 200_000;

/// Where lines are looked for.
pub(super) struct Suggestions<'a, 'p> {
    policy: &'p Policy,
    network: &'a NetworkSuite<'p>,
    ssh: &'a SshSuite<'p>,
    examples: Examples<'p>,
    /// The permits of each rule.
    permits: HashMap<Origin, Vec<usize>>,
    trials: usize,
}

impl<'a, 'p> Suggestions<'a, 'p> {
    pub(super) fn new(policy: &'p Policy, network: &'a NetworkSuite<'p>, ssh: &'a SshSuite<'p>) -> Self {
        let mut permits: HashMap<Origin, Vec<usize>> = HashMap::new();
        for (number, permit) in network.permits.list.iter().enumerate() {
            permits.entry(permit.rule.origin()).or_default().push(number);
        }
        Suggestions { policy, network, ssh, examples: Examples::new(policy), permits, trials: ALL_TRIALS }
    }

    /// The first line found that notices a change of a rule.
    pub(super) fn pin(&mut self, rule: MutatedRule, change: Mutation) -> Option<SuggestedTest> {
        let attributes = attributes(self.policy, posture::required(self.policy, rule.postures()))?;
        let sources = match change {
            Mutation::AnySource => self.examples.anybody(),
            _ => self.examples.sources(rule.src()),
        };
        let mut pairs: Vec<(usize, &Selector, Selector)> = Vec::new();
        for (i, source) in sources.iter().enumerate() {
            let destinations = match change {
                Mutation::AnyDestination => self.examples.anything(source),
                _ => self.examples.destinations(rule.dst(), source),
            };
            pairs.extend(destinations.into_iter().enumerate().map(|(j, destination)| (i + j, source, destination)));
        }
        // What comes first on both sides is the most telling.
        pairs.sort_by_key(|(distance, ..)| *distance);
        for (_, source, destination) in pairs.into_iter().take(TRIALS) {
            self.trials = self.trials.checked_sub(1)?;
            let pin = match rule {
                MutatedRule::Ssh(rule) => self.ssh_pin(rule, change, source, &destination, &attributes),
                _ => self.network_pin(rule.origin(), change, source, &destination, &attributes),
            };
            if pin.is_some() {
                return pin;
            }
        }
        None
    }

    fn network_pin(
        &self,
        rule: Origin,
        change: Mutation,
        source: &Selector,
        destination: &Selector,
        attributes: &Map,
    ) -> Option<SuggestedTest> {
        let numbers = self.permits.get(&rule)?;
        let permits = numbers.iter().filter_map(|&number| self.network.permits.list.get(number));
        let own = PortSet::new(permits.flat_map(|permit| permit.ports.iter().copied()));
        let but = (change == Mutation::Deleted).then_some(rule);
        let open = PortSet::new(self.network.open_between(source, destination, attributes, but));
        let wanted = if change == Mutation::AnyPort { PortSet::new([(None, PortRange::ALL)]) } else { own };
        let (protocol, port) = wanted.without(&open).example()?;
        let port = if protocol.has_ports() { port } else { 0 };
        let target = target(destination, port);
        let proto = (protocol != Protocol::TCP).then_some(protocol);
        let mut test =
            Test { src: Some(source.clone()), proto, src_posture_attrs: attributes.clone(), ..Test::default() };
        let list = if change == Mutation::Deleted { &mut test.accept } else { &mut test.deny };
        list.items.push(target.clone());
        let held = self.network.held_by(std::slice::from_ref(&test));
        let is_noticed = match WIDER.iter().position(|wider| *wider == change) {
            None => held.needed.contains(&rule),
            Some(way) => held.wider.get(way).is_some_and(|held| numbers.iter().any(|&number| held.contains(number))),
        };
        (is_noticed && self.network.passes(&test)).then(|| SuggestedTest {
            change,
            src: source.text.to_string(),
            proto,
            attributes: attributes.clone(),
            expectation: if change == Mutation::Deleted { Expectation::Accept } else { Expectation::Deny },
            target: target.text.to_string(),
            destination: None,
        })
    }

    fn ssh_pin(
        &self,
        rule: &SshRule,
        change: Mutation,
        source: &Selector,
        destination: &Selector,
        attributes: &Map,
    ) -> Option<SuggestedTest> {
        use SelectorKind as Kind;
        if !matches!(source.kind, Kind::User | Kind::Tag) || !matches!(destination.kind, Kind::User | Kind::Tag) {
            return None;
        }
        let expectation = match (change, rule.action) {
            (Mutation::Deleted, Some(Action::Check)) => Expectation::Check,
            (Mutation::Deleted, _) => Expectation::Accept,
            _ => Expectation::Deny,
        };
        accounts(rule, change, source).into_iter().find_map(|account| {
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
            let held = self.ssh.held_by(std::slice::from_ref(&test));
            let is_noticed = match WIDER.iter().position(|wider| *wider == change) {
                None => held.needed.contains(&rule.origin),
                Some(way) => held.wider.get(way).is_some_and(|held| held.contains(&rule.origin)),
            };
            (is_noticed && self.ssh.passes(&test)).then(|| SuggestedTest {
                change,
                src: source.text.to_string(),
                proto: None,
                attributes: attributes.clone(),
                expectation,
                target: account,
                destination: Some(destination.text.to_string()),
            })
        })
    }
}

/// As a test has it; an IPv6 address gets brackets.
fn target(host: &Selector, port: u16) -> Target {
    let text = match host.kind {
        SelectorKind::Address(address) if address.is_ipv6() => format!("[{}]:{port}", host.text),
        _ => format!("{}:{port}", host.text),
    };
    let origin = Origin::default();
    Target { text: Text::escaped(text, origin), host: host.clone(), port, port_origin: origin }
}

/// Accounts of a rule, or such as it may not have.
fn accounts(rule: &SshRule, change: Mutation, source: &Selector) -> Vec<String> {
    let local = source.text.split_once('@').map_or("ubuntu", |(local, _)| local);
    if change == Mutation::AnyPort {
        return ["root", "ubuntu", "postgres", local].map(str::to_owned).to_vec();
    }
    let account = |user: &Text| match user.strip_prefix("localpart:") {
        None if user.as_str() == "autogroup:nonroot" => local.to_owned(),
        None => user.to_string(),
        Some(_) => local.to_owned(),
    };
    rule.users.iter().map(account).take(TRIALS).collect()
}

/// Attributes of a device that has one of the postures. `None` if none could be found.
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

/// A value that meets a condition, mostly.
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
        // Whole numbers are written as such.
        Scalar::Number(number) => {
            let number = number + more;
            let whole = format!("{number:.0}").parse::<i64>().ok().filter(|_| number.fract() == 0.0);
            whole.map(Value::from).or_else(|| Number::from_f64(number).map(Value::Number))
        }
    }
}

//! Compares what `explain` says about connections with what happens to them.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::thread;
use std::time::Duration;

use policy_analysis::Analysis as _;
use policy_analysis::query;
use policy_core::ValidPolicy;
use policy_core::json::Value as Json;
use policy_core::model::{Action, Protocol};
use policy_core::testing::Decision;
use policy_network::lab::{Attempt, Lab};
use policy_network::tailnet::Tailnet;
use serde_json::Value;

use crate::questions::{self, Question, SILENT, common};

/// The usual number of connections to try under a policy. The variable `CONNECTIONS` sets another.
const CONNECTIONS: usize = 600;

/// The times in milliseconds after which packets count as dropped: at first, and for those that
/// are not as expected. WireGuard repeats a handshake that was too early after 5 seconds. If one end
/// has forgotten the other and got it back, it takes 15 seconds until the other end notices.
const PATIENCE: [u32; 5] = [700, 2000, 6000, 12_000, 4000];

/// The number of logins to try under a policy.
const LOGINS: usize = 120;

/// What was tried, and what differed.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    pub(crate) policies: usize,
    pub(crate) connections: usize,
    pub(crate) open: usize,
    pub(crate) logins: usize,
    pub(crate) capabilities: usize,
    pub(crate) unknown: usize,
    pub(crate) repeated: usize,
    pub(crate) changes: usize,
    pub(crate) differences: Vec<String>,
}

impl Totals {
    /// Adds those of another policy.
    pub(crate) fn add(&mut self, other: Totals) {
        self.policies += other.policies;
        self.connections += other.connections;
        self.open += other.open;
        self.logins += other.logins;
        self.capabilities += other.capabilities;
        self.unknown += other.unknown;
        self.repeated += other.repeated;
        self.changes += other.changes;
        self.differences.extend(other.differences);
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} policies, {} connections ({} open), {} logins, {} questions about capabilities, {} connections lost or \
             gained by changes, {} answers that depend on unknown facts, {} tried again, {} differences",
            self.policies,
            self.connections,
            self.open,
            self.logins,
            self.capabilities,
            self.changes,
            self.unknown,
            self.repeated,
            self.differences.len()
        )
    }
}

/// Puts a policy into force, and compares. `asked` is the policy that answers, and `file` its text
/// as JSON.
pub(crate) fn compare(lab: &mut Lab, name: &str, asked: &ValidPolicy, file: &Value, tailnet: &Tailnet) -> Totals {
    let ports = questions::ports(file);
    lab.listen(&ports, &SILENT);
    lab.configure(tailnet);
    let mut totals = Totals { policies: 1, ..Totals::default() };
    let is_known = |question: &Question| is_in_facts(asked, question);
    let mut questions = questions::questions(tailnet, &ports, connections());
    questions.retain(is_known);
    compare_with_explain(lab, name, asked, &questions, &mut totals);
    if !asked.ssh.is_empty() {
        compare_logins(lab, name, asked, tailnet, &is_known, &mut totals);
    }
    compare_capabilities(lab, name, asked, tailnet, &mut totals);
    totals
}

/// Tries connections under the policy in force, and returns which are open.
pub(crate) fn compare_with_explain(
    lab: &mut Lab,
    name: &str,
    asked: &ValidPolicy,
    questions: &[Question],
    totals: &mut Totals,
) -> Vec<bool> {
    let (open, expected) = observe(lab, asked, questions, totals);
    totals.connections += questions.len();
    totals.open += open.iter().filter(|open| **open).count();
    totals.unknown += expected.iter().filter(|expected| expected.is_none()).count();
    for ((question, expected), open) in questions.iter().zip(&expected).zip(&open) {
        if expected.is_some_and(|expected| expected != *open) {
            let Question { source, destination, attempt, .. } = question;
            let Attempt { to, protocol, port, .. } = attempt;
            let said = if *open { "is closed" } else { "is open" };
            totals
                .differences
                .push(format!("{name}: {source} -> {destination} ({to}) {protocol}:{port}: explain says it {said}"));
        }
    }
    open
}

/// Returns the number of connections to try under a policy.
pub(crate) fn connections() -> usize {
    std::env::var("CONNECTIONS").ok().and_then(|count| count.parse().ok()).unwrap_or(CONNECTIONS)
}

/// Returns whether a policy's facts have both ends. They do not have services, for example.
pub(crate) fn is_in_facts(asked: &ValidPolicy, question: &Question) -> bool {
    let is_of_facts = |end: &str| asked.facts.devices.iter().any(|device| *device.name == *end);
    let is_address = |end: &str| end.parse::<IpAddr>().is_ok();
    [&question.source, &question.destination].iter().all(|end| is_of_facts(end) || is_address(end))
}

/// Tries connections, and returns which are open and which `explain` says are. One that is not as
/// expected is tried again, with more time.
pub(crate) fn observe(
    lab: &mut Lab,
    asked: &ValidPolicy,
    questions: &[Question],
    totals: &mut Totals,
) -> (Vec<bool>, Vec<Option<bool>>) {
    let mut open = vec![false; questions.len()];
    let mut expected = Vec::new();
    let mut left: Vec<usize> = (0..questions.len()).collect();
    for (round, patience) in PATIENCE.into_iter().enumerate() {
        if left.is_empty() {
            break;
        }
        if round > 0 {
            totals.repeated += left.len();
            thread::sleep(Duration::from_millis(500));
        }
        let attempts: Vec<Attempt> = left.iter().map(|&number| questions[number].attempt.clone()).collect();
        let answers = thread::scope(|scope| {
            // Packets take their time, in which the questions can be answered.
            let trying = scope.spawn(|| lab.attempt(&attempts, patience));
            if round == 0 {
                expected = questions.iter().map(|question| says(asked, question)).collect();
            }
            trying.join().unwrap()
        });
        for (&number, answer) in left.iter().zip(answers) {
            open[number] = is_answer(&questions[number], &answer);
        }
        left.retain(|&number| expected[number].is_some_and(|expected| expected != open[number]));
    }
    (open, expected)
}

/// Returns whether the right end has answered. From port 22 of a node, that is its SSH server.
fn is_answer(question: &Question, answer: &str) -> bool {
    match answer {
        "" => false,
        "echo" => !question.receivers.is_empty(),
        answer if answer.starts_with("SSH-2.0-Tailscale") => question.attempt.port == 22,
        answer => question.receivers.iter().any(|receiver| receiver == answer),
    }
}

fn explain(
    policy: &ValidPolicy,
    source: &str,
    destination: &str,
    protocol: u8,
    port: u16,
    account: Option<&str>,
) -> Option<query::Explanation> {
    policy.explain(&query::Question { source, destination, protocol: Protocol(protocol), port, account }).ok()
}

/// Returns whether `explain` says that a connection is open. `None` if it depends on unknown facts.
pub(crate) fn says(policy: &ValidPolicy, question: &Question) -> Option<bool> {
    let Attempt { to, protocol, port, account, .. } = &question.attempt;
    let said = explain(policy, &question.source, &to.to_string(), *protocol, *port, account.as_deref())?;
    match said.decision() {
        Decision::Allow => Some(true),
        Decision::Deny => Some(false),
        Decision::Unknown => None,
    }
}

fn compare_logins(
    lab: &mut Lab,
    name: &str,
    asked: &ValidPolicy,
    tailnet: &Tailnet,
    is_known: &dyn Fn(&Question) -> bool,
    totals: &mut Totals,
) {
    let questions: Vec<Question> =
        questions::logins(tailnet, LOGINS).into_iter().filter(|question| is_known(question)).collect();
    let expected: Vec<Option<Vec<String>>> = questions.iter().map(|question| login_says(asked, question)).collect();
    let mut left: Vec<usize> = (0..questions.len()).collect();
    let mut seen = vec![String::new(); questions.len()];
    for round in 0..3 {
        if round > 0 {
            totals.repeated += left.len();
        }
        let attempts: Vec<Attempt> = left.iter().map(|&number| questions[number].attempt.clone()).collect();
        for (&number, answer) in left.iter().zip(lab.attempt(&attempts, 0)) {
            seen[number] = answer;
        }
        left.retain(|&number| expected[number].as_ref().is_some_and(|expected| !expected.contains(&seen[number])));
        if left.is_empty() {
            break;
        }
    }
    totals.logins += questions.len();
    for number in left {
        let Question { source, destination, attempt, .. } = &questions[number];
        let (account, expected, seen) = (&attempt.account, &expected[number], &seen[number]);
        totals.differences.push(format!(
            "{name}: login {source} -> {destination} ({}) {account:?}: {seen:?}, and explain says {expected:?}",
            attempt.to
        ));
    }
}

/// Returns what may happen to a login, by `explain`.
fn login_says(policy: &ValidPolicy, question: &Question) -> Option<Vec<String>> {
    let Attempt { to, account, .. } = &question.attempt;
    let account = account.as_deref()?;
    let said = explain(policy, &question.source, &to.to_string(), 6, 22, Some(account))?;
    let rule = said.cases.first().and_then(|case| case.login.as_ref()?.rule.as_ref());
    let expected = match (said.decision(), rule.map(|rule| rule.by.action)) {
        (Decision::Unknown, _) => return None,
        (Decision::Deny, _) => vec![String::new(), "refused".to_owned()],
        (Decision::Allow, Some(Action::Check)) => vec!["waits".to_owned()],
        (Decision::Allow, _) => vec![format!("as {account}")],
    };
    Some(expected)
}

fn compare_capabilities(lab: &mut Lab, name: &str, asked: &ValidPolicy, tailnet: &Tailnet, totals: &mut Totals) {
    if !asked.grants.iter().flatten().any(|grant| grant.app.is_some()) {
        return;
    }
    let mut pairs = Vec::new();
    for to in &tailnet.devices {
        for from in tailnet.devices.iter().filter(|from| from.name != to.name) {
            pairs.extend(common(to, from).map(|address| (from, to, address)));
        }
    }
    let questions: Vec<_> = pairs.iter().map(|(_, to, address)| (to.node.clone(), *address)).collect();
    totals.capabilities += questions.len();
    for ((from, to, address), reported) in pairs.iter().zip(lab.who_is(&questions)) {
        let mut expected: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let destination = to.addresses.iter().find(|own| own.is_ipv4() == address.is_ipv4()).map(ToString::to_string);
        let Some(said) = explain(asked, &from.name, &destination.unwrap_or_default(), 6, 443, None) else { continue };
        for app in said.cases.iter().flat_map(|case| &case.apps) {
            for (capability, values) in &app.capabilities {
                expected.entry(capability.clone()).or_default().extend(values.iter().map(Json::to_string));
            }
        }
        let mut seen: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (capability, values) in reported.as_object().into_iter().flatten() {
            // Others are those that the control plane adds itself.
            if asked.text.contains(capability.as_str()) {
                let values = values.as_array().into_iter().flatten();
                seen.insert(capability.clone(), values.map(Value::to_string).collect());
            }
        }
        for values in expected.values_mut().chain(seen.values_mut()) {
            values.sort();
        }
        if expected != seen {
            totals.differences.push(format!(
                "{name}: capabilities of {} ({address}) on {}: {seen:?}, and explain says {expected:?}",
                from.name, to.name
            ));
        }
    }
}

//! Compares our own answers with those of the server, to find mistakes of this program.
//!
//! The server's preview names the rules that match for a user, and the rules that match for a destination. It allows
//! a pair if a rule is in both lists.

use std::collections::{BTreeMap, BTreeSet};

use policy_analysis::Analysis;
use policy_analysis::query::Question;
use policy_core::ValidPolicy;
use policy_core::model::{PortRange, Protocol};
use policy_core::source::Origin;
use policy_core::testing::Decision;
use policy_deploy::Client;
use policy_deploy::api::{PreviewMatch, PreviewOf};

use crate::failure::Failure;
use crate::line_index::LineIndex;
use crate::progress::Progress;

/// The maximum numbers of users and of destinations. Each is a request.
const MOST_USERS: usize = 20;
const MOST_DESTINATIONS: usize = 40;

/// The result of a comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CrossCheck {
    /// The number of pairs with an answer of both.
    pub(crate) compared: usize,
    /// The number of pairs that a preview cannot decide.
    pub(crate) skipped: usize,
    pub(crate) differences: Vec<Disagreement>,
}

/// A pair about which the server and this program disagree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Disagreement {
    pub(crate) user: String,
    /// An address and a port.
    pub(crate) destination: String,
    /// The line of the server's rule, if the server allows it.
    pub(crate) line: Option<u64>,
}

/// The rules that the server names, by their lines.
type Lines = BTreeSet<u64>;

/// Asks the server about users and devices of the policy's facts, and compares its answers with ours.
///
/// # Errors
/// Fails if the server does not answer, or if there are no users or devices to ask about.
pub(crate) fn cross_check(client: &Client, policy: &ValidPolicy) -> Result<CrossCheck, Failure> {
    let users: Vec<String> = policy.facts.users.iter().map(|user| user.email.to_string()).collect();
    let addresses: Vec<String> =
        policy.facts.devices.iter().filter_map(|device| device.ipv4.map(|address| address.to_string())).collect();
    if users.is_empty() || addresses.is_empty() {
        return Err(Failure::new("the facts have no users or no devices to compare answers about"));
    }
    let destinations: Vec<(String, u16)> = sample(&pairs(&addresses, &ports(policy)), MOST_DESTINATIONS);
    let users = sample(&users, MOST_USERS);
    let total = users.len() + destinations.len();
    let mut asked = 0;
    let mut preview = |of: PreviewOf| -> Result<Option<Lines>, Failure> {
        asked += 1;
        let _progress = Progress::show(&format!("preview {asked} of {total}"));
        Ok(lines(&client.preview(&policy.text, of)?))
    };
    let mut of_users = Vec::new();
    for user in &users {
        of_users.push(preview(PreviewOf::User(user))?);
    }
    let mut of_destinations = Vec::new();
    for (address, port) in &destinations {
        of_destinations.push(preview(PreviewOf::Destination(&format!("{address}:{port}")))?);
    }
    let rules = RulesByLine::new(policy);
    let mut result = CrossCheck::default();
    for (user, user_lines) in users.iter().zip(&of_users) {
        for ((address, port), destination_lines) in destinations.iter().zip(&of_destinations) {
            let (Some(user_lines), Some(destination_lines)) = (user_lines, destination_lines) else {
                result.skipped += 1;
                continue;
            };
            let question =
                Question { source: user, destination: address, protocol: Protocol::TCP, port: *port, account: None };
            let ours = policy.explain(&question).map(|explanation| explanation.decision()).unwrap_or(Decision::Unknown);
            let common: Vec<u64> = user_lines.intersection(destination_lines).copied().collect();
            match rules.compare(&common, ours) {
                None => result.skipped += 1,
                Some(true) => result.compared += 1,
                Some(false) => {
                    result.compared += 1;
                    let destination = format!("{address}:{port}");
                    result.differences.push(Disagreement {
                        user: user.clone(),
                        destination,
                        line: common.first().copied(),
                    });
                }
            }
        }
    }
    Ok(result)
}

/// Returns the lines of the rules in a preview. `None` if one of them has none.
fn lines(matches: &[PreviewMatch]) -> Option<Lines> {
    matches.iter().map(|found| found.line).collect()
}

/// The rules of a policy by their lines, for those that a preview decides.
struct RulesByLine {
    /// Whether a preview decides the rules on a line. A line has the first line of its rule.
    decides: BTreeMap<usize, bool>,
}

impl RulesByLine {
    fn new(policy: &ValidPolicy) -> RulesByLine {
        let index = LineIndex::new(&*policy.text);
        let mut decides: BTreeMap<usize, bool> = BTreeMap::new();
        let mut add = |origin: Origin, is_plain: bool| {
            let range = origin.range();
            let (first, last) = (index.position(range.start).line, index.position(range.end).line);
            // Two rules on one line cannot be told apart.
            for line in first..=last {
                decides.entry(line).and_modify(|decides| *decides = false).or_insert(is_plain);
            }
        };
        for grant in policy.grants.iter().flatten() {
            let has_self = grant.dst.iter().any(|selector| *selector.text == *"autogroup:self");
            let is_tcp = grant.ip.iter().all(|spec| spec.protocol.is_none_or(|protocol| protocol == Protocol::TCP));
            let is_plain = grant.src_posture.is_empty() && grant.via.is_empty() && !grant.ip.is_empty();
            add(grant.origin, is_plain && is_tcp && !has_self);
        }
        for acl in policy.acls.iter().flatten() {
            let has_self = acl.dst.iter().any(|destination| *destination.host.text == *"autogroup:self");
            let is_tcp = acl.proto.is_none_or(|protocol| protocol == Protocol::TCP);
            add(acl.origin, acl.src_posture.is_empty() && is_tcp && !has_self);
        }
        RulesByLine { decides }
    }

    /// Compares the rules that the server finds for both ends with our decision. `None` if they cannot be compared:
    /// a preview knows neither protocols nor postures nor whose device it is, and we may not know.
    fn compare(&self, common: &[u64], ours: Decision) -> Option<bool> {
        let decides = |line: &u64| usize::try_from(*line).ok().and_then(|line| self.decides.get(&line).copied());
        let certain = common.iter().any(|line| decides(line) == Some(true));
        match ours {
            Decision::Unknown => None,
            Decision::Allow => Some(!common.is_empty()),
            Decision::Deny if common.is_empty() => Some(true),
            Decision::Deny => certain.then_some(false),
        }
    }
}

/// Returns ports that make a difference: the first of each range in a rule, and those of SSH and HTTPS.
fn ports(policy: &ValidPolicy) -> Vec<u16> {
    let of_grants = policy.grants.iter().flatten().flat_map(|grant| grant.ip.iter().map(|spec| spec.ports));
    let of_acls = policy.acls.iter().flatten().flat_map(|acl| acl.dst.iter());
    let of_acls = of_acls.flat_map(|destination| destination.ports.iter().copied());
    let first = |range: PortRange| range.first;
    let all: BTreeSet<u16> = of_grants.chain(of_acls).map(first).chain([22, 443]).filter(|port| *port > 0).collect();
    all.into_iter().collect()
}

fn pairs(addresses: &[String], ports: &[u16]) -> Vec<(String, u16)> {
    addresses.iter().flat_map(|address| ports.iter().map(|port| (address.clone(), *port))).collect()
}

/// Returns at most this number of items, spread evenly.
fn sample<T: Clone>(items: &[T], most: usize) -> Vec<T> {
    let count = items.len().min(most);
    (0..count).filter_map(|number| items.get(number * items.len() / count).cloned()).collect()
}

#[cfg(test)]
mod tests {
    use policy_core::Policy;

    use super::*;

    #[test]
    fn only_rules_that_a_preview_decides_are_compared() {
        let text = "{\n\"grants\": [\n{\"src\": [\"*\"], \"dst\": [\"*\"], \"ip\": [\"443\"]},\n\
            {\"src\": [\"*\"], \"dst\": [\"autogroup:self\"], \"ip\": [\"*\"]},\n\
            {\"src\": [\"*\"], \"dst\": [\"*\"], \"ip\": [\"udp:53\"]},\n],\n\
            \"acls\": [\n{\"action\": \"accept\",\n \"src\": [\"*\"], \"dst\": [\"*:80\"]},\n\
            {\"action\": \"accept\", \"src\": [\"*\"], \"dst\": [\"*:1\"]}, {\"action\": \"accept\", \"src\": [\"*\"], \"dst\": [\"*:2\"]}]\n}";
        let policy = Policy::parse(text);
        let policy = ValidPolicy::compiled(policy);
        let rules = RulesByLine::new(&policy);
        let cases: [(&[u64], Decision, Option<bool>); 11] = [
            (&[3], Decision::Allow, Some(true)),
            (&[3], Decision::Deny, Some(false)),
            (&[3], Decision::Unknown, None),
            (&[4], Decision::Deny, None),
            (&[5], Decision::Deny, None),
            (&[8], Decision::Deny, Some(false)),
            (&[9], Decision::Deny, Some(false)),
            (&[10], Decision::Deny, None),
            (&[99], Decision::Deny, None),
            (&[], Decision::Deny, Some(true)),
            (&[], Decision::Allow, Some(false)),
        ];
        for (lines, ours, expected) in cases {
            assert_eq!(rules.compare(lines, ours), expected, "{lines:?} {ours:?}");
        }
        assert_eq!(ports(&policy), [1, 2, 22, 53, 80, 443]);
    }

    #[test]
    fn a_sample_is_spread_over_all() {
        assert_eq!(sample(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 4), [0, 2, 5, 7]);
        assert_eq!(sample(&[0, 1], 4), [0, 1]);
        assert!(sample::<u8>(&[], 4).is_empty());
    }
}

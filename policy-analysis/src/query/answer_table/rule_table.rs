//! The rules of a policy, as data.

use policy_core::access::{AccessRule, RuleRef, rule_selectors, ssh_rule_selectors};
use policy_core::json::{Map, Value, json};
use policy_core::model::{Policy, Role, Selector, SshRule};
use policy_core::source::Origin;
use policy_core::testing::{Mismatch, MismatchEnds, Words};

use super::{ANYBODY, ANYTHING, RuleSelectors};
use crate::query::query_world::QueryWorld;

/// The rules of a policy, and their selectors.
pub(super) struct RuleTable<'p> {
    pub(super) selectors: RuleSelectors<'p>,
    /// The selectors themselves.
    pub(super) distinct: Vec<&'p Selector>,
    /// The grants, ACLs and SSH rules of the policy.
    pub(super) origins: Vec<Origin>,
    pub(super) rules: Vec<Value>,
    /// Grants and ACLs in normal form.
    pub(super) access: Vec<Value>,
    pub(super) ssh: Vec<Value>,
}

/// A placeholder for the source in a sentence about it.
const SOURCE: &str = "\u{0}";

impl<'p> RuleTable<'p> {
    pub(super) fn new(policy: &'p Policy, world: &QueryWorld<'p>) -> RuleTable<'p> {
        let words = Words::new(policy);
        let mut selectors = RuleSelectors::default();
        let mut origins: Vec<Origin> = Vec::new();
        let mut rules: Vec<Value> = Vec::new();
        let mut access = Vec::new();
        for (number, rule) in world.space.rules.list.iter().enumerate() {
            if origins.last() != Some(&rule.rule.origin()) {
                origins.push(rule.rule.origin());
                rules.push(json!({"sources": source_mismatch(policy, &words, rule.rule.src())}));
            }
            let is_to_own = world.space.rules.is_to_own(number);
            access.push(access_rule(&words, rule, rules.len() - 1, is_to_own, &mut selectors));
        }
        let mut ssh = Vec::new();
        for (number, rule) in world.ssh.list.iter().enumerate() {
            origins.push(rule.origin);
            let is_to_own = world.ssh.to_own.contains(number);
            rules.push(json!({"sources": source_mismatch(policy, &words, &rule.src)}));
            ssh.push(ssh_rule(&words, rule, rules.len() - 1, is_to_own, &mut selectors));
        }
        let distinct = rule_selectors(policy).into_iter().chain(ssh_rule_selectors(policy)).collect();
        RuleTable { selectors, distinct, origins, rules, access, ssh }
    }
}

fn access_rule<'p>(
    words: &Words,
    rule: &AccessRule<'p>,
    number: usize,
    is_to_own: bool,
    selectors: &mut RuleSelectors<'p>,
) -> Value {
    let ports: Vec<Value> = rule
        .ports
        .iter()
        .map(|(protocol, ports)| json!([protocol.map_or(0, |protocol| protocol.0), ports.first, ports.last]))
        .collect();
    let names = rule.ports.iter().map(|(protocol, ports)| match protocol {
        Some(protocol) => format!("{protocol}:{ports}"),
        None => ports.to_string(),
    });
    let names: Vec<String> = names.collect();
    let is_implicit = matches!(rule.rule, RuleRef::ImplicitAllowAll(_));
    let destinations = rule.destinations();
    let (src, dst) = match is_implicit {
        true => (vec![selectors.add(ANYBODY)], vec![selectors.add(ANYTHING)]),
        false => (selectors.add_all(rule.rule.src()), selectors.add_all(destinations.iter().copied())),
    };
    json!({
        "rule": number,
        "src": src,
        "dst": dst,
        "dstNames": destinations.iter().map(|selector| words.selector(selector)).collect::<Vec<_>>(),
        "ports": ports,
        "portNames": names,
        "toOwn": is_to_own,
        "via": !rule.via().is_empty(),
        "implicit": is_implicit,
    })
}

fn ssh_rule<'p>(
    words: &Words,
    rule: &'p SshRule,
    number: usize,
    is_to_own: bool,
    selectors: &mut RuleSelectors<'p>,
) -> Value {
    let ends = mismatch_ends(None);
    let account = Mismatch::Account(&rule.users).describe(words, &ends);
    json!({
        "rule": number,
        "src": selectors.add_all(&rule.src),
        "dst": selectors.add_all(&rule.dst),
        "dstNames": rule.dst.iter().map(|selector| words.selector(selector)).collect::<Vec<_>>(),
        "action": rule.action.map(|action| action.to_string()),
        "users": rule.users.iter().map(|user| user.as_str()).collect::<Vec<_>>(),
        "account": account,
        "toOwn": is_to_own,
    })
}

fn mismatch_ends(login: Option<&str>) -> MismatchEnds<'_> {
    const NO_ATTRIBUTES: &Map = &Map::new();
    MismatchEnds { source: SOURCE, login, destination: "", is_to_user: false, address: None, attributes: NO_ATTRIBUTES }
}

/// Returns the reason why a rule does not apply to a source: in general, for a source with a login,
/// and for users of each role.
fn source_mismatch(policy: &Policy, words: &Words, sources: &[Selector]) -> Value {
    let describe = |login| Mismatch::Source(sources).describe(words, &mismatch_ends(login));
    let general = describe(None);
    let with_login = describe(Some(""));
    let mut with_role = Map::new();
    let mut seen: Vec<Role> = Vec::new();
    for user in &policy.facts.users {
        if let Some(role) = user.role.filter(|role| !seen.contains(role)) {
            seen.push(role);
            let text = describe(Some(&user.email));
            if text != with_login {
                with_role.insert(role.name().to_owned(), text.into());
            }
        }
    }
    if with_login == general && with_role.is_empty() {
        general.into()
    } else {
        json!([general, with_login, Value::Object(with_role)])
    }
}

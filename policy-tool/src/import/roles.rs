//! Infers roles of users from the policy's own tests.

use std::collections::HashSet;

use policy_core::json::json;
use policy_core::model::{Facts, Role, Selector, User};
use policy_core::source::Origin;
use policy_core::testing::{Outcome, ssh_test_outcomes, test_outcomes};
use policy_core::{Diagnostic, Policy, check};

/// The roles to try, the likeliest first. Tests rarely show who owns a tailnet, so that role is
/// last.
const ROLES: [Role; 7] =
    [Role::Member, Role::Admin, Role::NetworkAdmin, Role::ItAdmin, Role::BillingAdmin, Role::Auditor, Role::Owner];

/// Adds users to the facts of a policy. Tailscale only accepts a policy if its tests pass. So if a
/// user's tests depend on their role, they get the likeliest role for which the tests pass. All
/// others get no role.
pub(super) fn introduce(policy: &mut Policy, people: &[(String, String)]) {
    let users: Vec<_> = people.iter().map(|(name, login)| json!({"name": name, "email": login})).collect();
    // Facts are positioned after the whole text.
    (policy.facts, _) = Facts::parse(&json!({ "users": users }).to_string());
    // The meaning of a policy with errors is unknown.
    if check::check(policy).iter().any(Diagnostic::is_error) {
        return;
    }
    let mut open = failing(policy);
    for role in ROLES {
        if open.is_empty() {
            return;
        }
        let mut tried = policy.clone();
        let without = |user: &&mut User| user.role.is_none() && open.contains(user.email.as_str());
        tried.facts.users.iter_mut().filter(without).for_each(|user| user.role = Some(role));
        let still_open = failing(&tried);
        let found = |user: &&mut User| without(user) && !still_open.contains(user.email.as_str());
        policy.facts.users.iter_mut().filter(found).for_each(|user| user.role = Some(role));
        open = failing(policy);
    }
}

/// Returns the logins that have a failing test.
fn failing(policy: &Policy) -> HashSet<String> {
    let failed = |outcomes: Vec<Outcome>| -> Vec<u32> {
        let targets =
            outcomes.iter().filter(|outcome| !outcome.passes()).map(|outcome| outcome.probe.text().origin.start);
        let mut starts: Vec<u32> = targets.collect();
        starts.sort_unstable();
        starts
    };
    let (tests, ssh_tests) = (failed(test_outcomes(policy)), failed(ssh_test_outcomes(policy)));
    let fails = |failed: &[u32], test: Origin| {
        failed.get(failed.partition_point(|start| *start < test.start)).is_some_and(|start| *start < test.end)
    };
    let of_tests = policy.tests.iter().filter(|test| fails(&tests, test.origin)).map(|test| &test.src);
    let of_ssh = policy.ssh_tests.iter().filter(|test| fails(&ssh_tests, test.origin)).map(|test| &test.src);
    of_tests.chain(of_ssh).flatten().flat_map(|source| people(policy, source)).collect()
}

/// Returns the logins that a source stands for.
fn people(policy: &Policy, source: &Selector) -> Vec<String> {
    let group = policy.groups.iter().find(|group| *group.name == *source.text);
    match group {
        Some(group) => group.members.iter().map(|member| member.text.to_string()).collect(),
        None => vec![source.text.to_string()],
    }
}

/// Returns the name of a role in facts.
pub(super) fn role_name(role: Role) -> &'static str {
    Role::NAMES.iter().find(|(_, known)| *known == role).map_or("", |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_that_tests_need_are_found_and_no_others() {
        let text = r#"{
            "tagOwners": {"tag:a": [], "tag:b": []}, "groups": {"group:g": ["kim@x.y", "lee@x.y"], "group:h": ["net@x.y"]},
            "grants": [
                {"src": ["autogroup:admin"], "dst": ["tag:a"], "ip": ["22"]},
                {"src": ["autogroup:network-admin"], "dst": ["tag:b"], "ip": ["22"]},
                {"src": ["autogroup:member"], "dst": ["tag:a"], "ip": ["80"]},
            ],
            "tests": [
                {"src": "group:h", "deny": ["tag:a:22"], "accept": ["tag:b:22", "tag:a:80"]},
                {"src": "kim@x.y", "accept": ["tag:a:22"], "deny": ["tag:b:22"]},
                {"src": "lee@x.y", "accept": ["tag:a:80"], "deny": ["tag:a:22"]},
                {"src": "max@x.y", "accept": ["tag:a:443"]},
            ],
        }"#;
        let mut policy = Policy::parse(text);
        let people = ["kim", "lee", "net", "max"].map(|name| (name.to_owned(), format!("{name}@x.y")));
        introduce(&mut policy, &people);
        let roles: Vec<Option<Role>> = policy.facts.users.iter().map(|user| user.role).collect();
        assert_eq!(roles, [Some(Role::Admin), Some(Role::Member), Some(Role::NetworkAdmin), None]);
    }
}

//! `groups`, `hosts` and `tagOwners`, and the spelling of declared names.

use crate::check::Checker;
use crate::diagnostic::{Code, Diagnostic, Problem, go_quote};
use crate::model::SelectorContext;
use crate::model::{Group, Host, HostAddress, SelectorKind, name};
use crate::source::Text;

pub(super) fn check(checker: &mut Checker) {
    let policy = checker.policy;
    for group in &policy.groups {
        checker.spelling(&group.name, name::check_group(&group.name));
        members(checker, group);
    }
    for host in &policy.hosts {
        checker.spelling(&host.name, name::check_host(&host.name));
        address(checker, host);
    }
    for declaration in &policy.tag_owners {
        let place = format!("tagOwners[{}]: ", go_quote(&declaration.tag));
        let spelling = name::check_tag(&declaration.tag).map_err(|problem| problem.tailscale_prefix(&place));
        checker.spelling(&declaration.tag, spelling);
        checker.selectors(SelectorContext::Owner, &declaration.owners);
    }
    for ip_set in &policy.ipsets {
        checker.spelling(&ip_set.name, name::check_ip_set(&ip_set.name));
    }
    for posture in &policy.postures {
        checker.spelling(&posture.name, name::check_posture(&posture.name));
    }
    checker.selectors(SelectorContext::Posture, &policy.default_src_posture);
}

impl Checker<'_> {
    fn spelling(&mut self, name: &Text, spelling: Result<(), Problem>) {
        if let Err(problem) = spelling {
            self.report(problem.at(name));
        }
    }
}

/// Checks the members of a group. Members are users. Tailscale's refusal of a nested group names
/// the group. `ssh-group-nested-cycle`
fn members(checker: &mut Checker, group: &Group) {
    for member in &group.members {
        if member.kind == SelectorKind::Group {
            let message = format!("`{}` is a group, and groups cannot contain groups", member.text);
            let tailscale = format!(
                "groups[{}]: {}: group members cannot be recursive",
                go_quote(&group.name),
                go_quote(&member.text)
            );
            checker.report(
                Diagnostic::new(Code::NestedGroup, member.text.origin, message)
                    .help("write its members here, or both groups where this one is used")
                    .tailscale(tailscale),
            );
        } else {
            checker.selector(SelectorContext::Member, member);
        }
    }
}

fn address(checker: &mut Checker, host: &Host) {
    if name::is_address(&host.name) {
        let message = format!("`{}` is an address, so the host of that name is never meant", host.name);
        checker
            .report(Diagnostic::new(Code::ShadowedHost, host.name.origin, message).help("give the host another name"));
    }
    if let Some(HostAddress::Prefix(prefix)) = host.address {
        checker.host_bits(&host.text, prefix);
    }
}

//! `autoApprovers`: whose routes, exit nodes and services need no admin.

use crate::check::Checker;
use crate::check::place::SelectorContext;
use crate::diagnostic::{Code, Diagnostic};

pub(super) fn check(checker: &mut Checker) {
    let approvers = &checker.policy.auto_approvers;
    for route in &approvers.routes {
        let text = &route.network.text;
        if route.network.is_exit_route() {
            let message = format!("`{text}` under `routes` approves no exit node");
            checker.report(
                Diagnostic::new(Code::ExitRoute, text.origin, message)
                    .help("write the approvers of exit nodes under `exitNode`, and the prefixes of subnets here"),
            );
        }
        checker.host_bits(text, route.network.prefix);
        checker.selectors(SelectorContext::Approver, &route.approvers);
    }
    checker.selectors(SelectorContext::Approver, &approvers.exit_node);
    for service in &approvers.services {
        checker.selector(SelectorContext::Service, &service.service);
        checker.selectors(SelectorContext::Approver, &service.approvers);
    }
}

//! `autoApprovers`: routes, exit nodes and services that need no approval by an admin.

use crate::check::Checker;
use crate::diagnostic::{Code, Diagnostic, listed};
use crate::model::SelectorContext;
use crate::model::{Network, Selector, SelectorKind};

/// The prefix of the capabilities that list app connectors and their tags.
const APP_CONNECTORS: &str = "tailscale.com/app-connectors";

pub(super) fn check(checker: &mut Checker) {
    let approvers = &checker.policy.auto_approvers;
    for route in &approvers.routes {
        if route.network.is_exit_route() {
            exit_route(checker, &route.network, &route.approvers);
        }
        checker.network(&route.network);
        checker.selectors(SelectorContext::Approver, &route.approvers);
    }
    checker.selectors(SelectorContext::Approver, &approvers.exit_node);
    for service in &approvers.services {
        checker.selector(SelectorContext::Service, &service.service);
        checker.selectors(SelectorContext::Approver, &service.approvers);
    }
}

/// Checks for an exit route among `routes`. Such a key approves every subnet route of its family,
/// but no exit node, which `exitNode` does. `routes-ea6-routes-map-exit-basic` According to
/// Tailscale's documentation, only app connectors need it, for the routes that they learn.
fn exit_route(checker: &mut Checker, network: &Network, approvers: &[Selector]) {
    let text = &network.text;
    let capabilities = checker.policy.node_attrs.iter().flat_map(|entry| &entry.app).flat_map(|app| &app.capabilities);
    let app_connectors = capabilities.filter(|capability| capability.name.starts_with(APP_CONNECTORS));
    let connectors: Vec<&Selector> = app_connectors.flat_map(|capability| &capability.references).collect();
    let is_connector = |approver: &&Selector| {
        connectors.iter().any(|connector| connector.kind == SelectorKind::Wildcard || is_same(connector, approver))
    };
    let others: Vec<&Selector> = approvers.iter().filter(|approver| !is_connector(approver)).collect();
    if others.is_empty() && !approvers.is_empty() {
        return;
    }
    let whose = if others.len() < approvers.len() { format!(" for {}", listed(&others)) } else { String::new() };
    let message = format!("`{text}` under `routes` approves no exit node{whose}");
    checker.report(
        Diagnostic::new(Code::ExitRoute, text.origin, message)
            .note("it approves every subnet route of its address family that its approvers advertise")
            .help("write the approvers of exit nodes under `exitNode`, and each prefix of a subnet here"),
    );
}

fn is_same(connector: &Selector, approver: &Selector) -> bool {
    connector.text.eq_ignore_ascii_case(&approver.text)
}

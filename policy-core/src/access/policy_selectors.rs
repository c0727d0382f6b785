use crate::access::rule_index::rule_selectors;
use crate::access::ssh_rule_index::ssh_rule_selectors;
use crate::model::{Policy, Selector};

/// Returns every selector of rules, SSH rules, node attributes, auto approvers and tag owners.
pub fn policy_selectors(policy: &Policy) -> Vec<&Selector> {
    let mut selectors = rule_selectors(policy);
    selectors.extend(ssh_rule_selectors(policy));
    for attribute in &policy.node_attrs {
        selectors.extend(&attribute.target);
    }
    let approvers = &policy.auto_approvers;
    for route in &approvers.routes {
        selectors.extend(&route.approvers);
    }
    selectors.extend(&approvers.exit_node);
    for service in &approvers.services {
        selectors.extend(&service.approvers);
    }
    for declaration in &policy.tag_owners {
        selectors.extend(&declaration.owners);
    }
    selectors
}

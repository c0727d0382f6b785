//! The names that a policy declares.

use std::collections::HashMap;

use crate::model::{Group, HostAddress, IpSet, Policy};

/// The groups, hosts and IP sets of a policy, by name.
#[derive(Debug)]
pub struct Declarations<'p> {
    /// The groups that the policy itself lists, not those of an identity provider.
    pub groups: HashMap<&'p str, &'p Group>,
    /// The addresses of hosts.
    pub hosts: HashMap<&'p str, HostAddress>,
    /// The IP sets.
    pub ip_sets: HashMap<&'p str, &'p IpSet>,
}

impl<'p> Declarations<'p> {
    /// Returns the declarations of `policy`.
    pub fn new(policy: &'p Policy) -> Self {
        Declarations {
            groups: policy.groups.iter().map(|group| (group.name.as_str(), group)).collect(),
            hosts: policy.hosts.iter().filter_map(|host| Some((host.name.as_str(), host.address?))).collect(),
            ip_sets: policy.ipsets.iter().map(|ip_set| (ip_set.name.as_str(), ip_set)).collect(),
        }
    }
}

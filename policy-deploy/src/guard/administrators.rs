//! People who administer the tailnet keep port 22 and Tailscale SSH.

use std::collections::HashSet;

use policy_analysis::Analysis;
use policy_analysis::query::Asker;
use policy_core::ValidPolicy;
use policy_core::access::{PortSet, Tailnet};
use policy_core::model::{Autogroup, Policy, Protocol, Role, SelectorKind};

use crate::guard::access_loss::AccessWitnesses;
use crate::guard::guard_name::GuardName;
use crate::guard::outcome::{Guard, Outcome};
use crate::guard::witness::Witness;

/// The port of Tailscale SSH and of most other SSH servers.
const SSH: u16 = 22;

/// The roles that may repair a policy: they may change it, or make someone else change it.
const ROLES: [Role; 3] = [Role::Owner, Role::Admin, Role::NetworkAdmin];

pub(super) fn check(live: &ValidPolicy, wanted: &ValidPolicy) -> Guard {
    let port = PortSet::single(Protocol::TCP, SSH);
    let losses = |askers: &[Asker]| match live.lost_access(wanted, askers, Some(&port)) {
        Ok(losses) => AccessWitnesses::new(losses),
        Err(error) => AccessWitnesses { unknown: vec![Witness::new(error.to_string())], ..Default::default() },
    };
    let tailnet = Tailnet::new(live);
    let people = People::of(live, &tailnet);
    let mut witnesses = losses(&people.askers);
    // Whoever may be an administrator is one if the role is unknown.
    for login in &people.of_unknown_role {
        let AccessWitnesses { violated, unknown } = losses(&with_devices(&tailnet, login));
        let doubt = |witness: Witness| Witness {
            message: format!("{}, and whether they administer the tailnet is unknown", witness.message),
            ..witness
        };
        witnesses.unknown.extend(violated.into_iter().chain(unknown).map(doubt));
    }
    let outcome = Outcome::new(witnesses.violated, witnesses.unknown);
    Guard { basis: people.basis, ..Guard::new(GuardName::Administrators, outcome) }
}

/// The people whose access is guarded.
struct People<'p> {
    askers: Vec<Asker<'p>>,
    /// The logins of users whose role the facts do not say.
    of_unknown_role: Vec<&'p str>,
    basis: Vec<String>,
}

impl<'p> People<'p> {
    fn of(live: &'p Policy, tailnet: &Tailnet<'p>) -> People<'p> {
        let users = &live.facts.users;
        if users.is_empty() {
            return People::of_tag_owners(live, tailnet);
        }
        let is_administrator = |role: Option<Role>| role.is_some_and(|role| ROLES.contains(&role));
        let administrators = users.iter().filter(|user| is_administrator(user.role));
        let askers: Vec<Asker> = administrators.flat_map(|user| with_devices(tailnet, &user.email)).collect();
        let unknown = users.iter().filter(|user| user.role.is_none());
        let basis = if askers.is_empty() {
            vec!["no user of the facts is the owner, an admin or a network-admin".to_owned()]
        } else {
            Vec::new()
        };
        People { askers, of_unknown_role: unknown.map(|user| user.email.as_str()).collect(), basis }
    }

    /// Returns the people who own tags, and everyone with a role that administers the tailnet. No
    /// fact says who has one.
    fn of_tag_owners(live: &'p Policy, tailnet: &Tailnet<'p>) -> People<'p> {
        let groups: HashSet<&str> = owners(live, SelectorKind::Group);
        let members = live.groups.iter().filter(|group| groups.contains(group.name.as_str()));
        let members = members.flat_map(|group| &group.members).map(|member| member.text.as_str());
        let mut seen = HashSet::new();
        let logins =
            members.chain(owners(live, SelectorKind::User)).filter(|login| seen.insert(login.to_ascii_lowercase()));
        let mut logins: Vec<&str> = logins.collect();
        logins.sort_unstable();
        let roles = ROLES.map(|role| Asker::Role(Autogroup::of_role(role).name()));
        let askers =
            roles.into_iter().chain(logins.into_iter().flat_map(|login| with_devices(tailnet, login))).collect();
        let basis = "the facts list no users, so the administrators are the people who own tags, and everyone with \
                     the role of owner, admin or network-admin";
        People { askers, of_unknown_role: Vec::new(), basis: vec![basis.to_owned()] }
    }
}

/// Returns the owners of tags of one kind.
fn owners(policy: &Policy, kind: SelectorKind) -> HashSet<&str> {
    let owners = policy.tag_owners.iter().flat_map(|declaration| &declaration.owners);
    owners.filter(|owner| owner.kind == kind).map(|owner| owner.text.as_str()).collect()
}

/// Returns a user, and each of their known devices.
fn with_devices<'p>(tailnet: &Tailnet<'p>, login: &'p str) -> Vec<Asker<'p>> {
    let devices = tailnet.user(login).and_then(|user| tailnet.users.get(user)).map(|user| user.devices.clone());
    let devices: Vec<Asker> = devices.iter().flat_map(|devices| devices.iter()).map(|&id| Asker::Device(id)).collect();
    std::iter::once(Asker::User(login)).chain(devices).collect()
}

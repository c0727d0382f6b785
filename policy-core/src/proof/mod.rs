//! Proofs about a policy that hold for every user, device and address, including those that join later.
//!
//! A policy contains finitely many selectors, so it can distinguish only finitely many sources and
//! destinations. Each selector (`alice@example.com`, `tag:web`, `10.0.0.0/8`) splits everything
//! that could connect into two parts: what it names and what it does not name. The parts after all
//! splits are *equivalence classes*: no selector distinguishes two members of a class. Known users,
//! declared tags and named addresses are members of classes, and so are "any other member" and "any
//! other address", which stand for everyone and everything that joins later. What holds for every
//! pair of classes holds for everybody. Nothing is sampled, nothing is guessed.
//!
//! [`AccessClasses`] holds the classes of both ends. For a source class and a destination class, it
//! says which rules allow which [ports](crate::access::PortSet). Every analysis here is computed
//! from it:
//!
//! - [`violations`]: packets that an invariant forbids and a rule allows, whatever the unknown facts are.
//! - [`unverified_invariants`]: invariants that hold for some facts and fail for others.
//! - [`device_violations`]: the same for the known devices, where several tags on one device together break an invariant
//!   that holds for each tag alone.
//! - [`redundancies`]: rules, and items of rules, that the other rules cover.
//!
//! The model behind the classes:
//!
//! - **A packet has one family.** If the policy distinguishes the two addresses of a device, they
//!   are members of different classes. Two classes meet only if their members have addresses of one
//!   family.
//! - **Users** have a login, perhaps a role, and are members of groups. A user whose role is unknown may have any role, so
//!   they appear several times: as "`bob`" and as "`bob` (if an admin)". A tailnet has one owner.
//! - **A login of another domain** may be that of a user of another tailnet that a device is shared
//!   with. Unless the facts list the user, the source appears twice: as any user with this login,
//!   whom no role names, and as "(if a member)". If nothing names the tailnet's own domain, it is
//!   the domain of most logins.
//! - **Selectors are examined one at a time.** A device with two tags has the access of both, so
//!   examining each tag alone misses nothing that the policy grants. Whether one known device
//!   combines two tags is a question about devices, which [`device_violations`] answers. In the
//!   same way, a member of a synced group is "a member of" that group, and an address that no known
//!   device has is just an address. A member that matches more selectors has more access, and never
//!   less, so a redundant rule is redundant for everyone. Invariants are different: additional
//!   membership in a group, or an additional address, may break one. [`unverified_invariants`]
//!   examines these cases.
//! - **Addresses** are split at every border of a prefix, a host or an IP set. An address outside
//!   the tailnet may or may not be behind a subnet router, which decides whether `*` names it as a
//!   source. A public address is a destination in two ways: behind an exit node, which
//!   `autogroup:internet` names, and behind a subnet router, which literals name.
//! - **`autogroup:self`** is neither a source nor a destination but a relation between the two: devices of one user.
//! - **Postures** are met or not met. In a proof that something is impossible, some device meets
//!   them. In a proof that something stays possible without a rule, no device meets a posture that
//!   it does not have to meet.

mod assumption;
mod atoms;
mod carrier;
mod class_name;
mod class_rarity;
mod classes;
mod containment;
mod device_invariant;
mod doubt;
mod epoch_set;
mod invariant;
#[cfg(test)]
pub(crate) mod oracle;
#[cfg(test)]
mod oracle_tests;
mod partition;
mod port_index;
mod port_items;
mod redundancy;
mod representative;
mod target_ports;
mod unverified;

pub use atoms::atoms;
pub use carrier::{pass_tailnet, with_any_tag};
pub use class_name::ClassName;
pub use classes::{AccessClasses, Class, ClassAccess, ClassId, RuleId};
pub use device_invariant::{DeviceViolation, device_violations};
pub use invariant::{Violation, breaking, violation, violations};
pub use redundancy::{Redundancy, RedundantPart, redundancies};
pub use unverified::{InvariantFact, Unverified, unverified_invariant, unverified_invariants};

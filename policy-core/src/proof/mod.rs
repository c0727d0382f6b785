//! What follows from a policy: proofs about everybody, those included who do not exist yet.
//!
//! A policy has finitely many words, so it can tell apart only finitely many sources and destinations. Each word
//! (`alice@example.com`, `tag:web`, `10.0.0.0/8`) cuts the world in two: what it names and what it does not. The pieces
//! that are left after all cuts are *classes*, and within one nothing that the policy says makes a difference. Known users, declared
//! tags and named addresses are members of classes, and so are "any other member" and "any other address", that is
//! whoever joins next. What holds for every pair of classes holds for everybody. Nothing is sampled, nothing is guessed.
//!
//! A [`Space`] has the classes of both ends. Its cells, a source and a destination, say which rules open which
//! [`Ports`]. Everything here is computed from that:
//!
//! - [`violations`]: a packet that an invariant forbids and a rule lets through,
//! - [`redundancies`]: rules, and parts of rules, that the others make needless,
//! - [`diff()`]: what another policy gives that this one does not.
//!
//! How the world is taken:
//!
//! - **People** have a login, perhaps a role, and are in groups. Whoever has a role that nobody tells may have any, so
//!   there are several of them: "`bob`" and "`bob`, if an admin". A tailnet has one owner.
//! - **Names are looked at one by one.** A device with two tags may do what either may, so nothing is missed by looking
//!   at each tag alone; that it is so for one known device is a question about devices, not about the policy. In the
//!   same way somebody in a synced group is "a member of" it, and an address that no fact gives to a device is an
//!   address, and not perhaps somebody's laptop.
//! - **Addresses** are cut at every border of a prefix, a host or an ip set. An address outside the tailnet may be
//!   behind a subnet router or not, which decides whether `*` names it as a source.
//! - **`autogroup:self`** is neither a source nor a destination but between the two: devices of one user.
//! - **Postures** are met or not. For what must never be possible, some device meets them; for what must stay possible
//!   without a rule, none does that need not.

pub mod atoms;
pub mod classes;
pub mod containment;
pub mod end_weights;
pub mod epoch_set;
pub mod invariant;
#[cfg(test)]
pub mod oracle;
pub mod partition;
pub mod port_index;
pub mod redundancy;
pub mod representative;

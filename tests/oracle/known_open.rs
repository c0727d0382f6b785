//! Known differences that are not going to be fixed, with the reasons.

use policy_generate::cases::Shape;

/// The kinds of difference, each with the shapes in which a few of a thousand policies have it.
/// With `SHOW_KNOWN=1` they also fail.
const KNOWN_OPEN: &[(&str, &[Shape])] = &[
    // A policy without facts does not state its own domain. The usual one is assumed, and each rule
    // can change which one that is.
    ("a deletion is noticed, and not killed", &[Shape::Shared]),
    ("a packet changes, and no difference is reported", &[Shape::Shared, Shape::PublicRoutes, Shape::Via]),
    // A rule can give a device a narrower route, so that its packets go to another router with
    // another filter.
    (
        "a packet between devices changes, and no difference of devices is reported",
        &[Shape::Ordinary, Shape::PublicRoutes, Shape::Via],
    ),
    // It is unknown which of two routers is the primary one for a route. Also, access through the
    // routers of a `via` differs from access through any router, even if these are the same.
    ("a difference of devices is reported, and no packet changes", &[Shape::Unrouted, Shape::Via]),
    ("explain allows a closed ping", &[]),
    // In these worlds, a user of another tailnet may have a role.
    ("without what is redundant, a packet is lost", &[]),
    ("without what is redundant with facts, a packet is lost", &[]),
    // These facts list all devices except those shared from other tailnets, so no other device
    // should have an address.
    ("an invariant holds with facts, and a packet breaks it", &[]),
];

/// Returns whether a difference in cases of a shape is known. Cases of `Everything` may have the
/// differences of all shapes.
pub(crate) fn is_known_open(kind: &str, shape: Shape) -> bool {
    if std::env::var_os("SHOW_KNOWN").is_some() {
        return false;
    }
    let is_open = |shapes: &[Shape]| shapes.contains(&shape) || shape == Shape::Everything;
    KNOWN_OPEN.iter().any(|(open, shapes)| *open == kind && is_open(shapes))
}

//! Differences that are known and stay, with the reason.

use policy_generate::cases::Shape;

/// The kinds, each with the shapes that have it, in at most a few of a thousand policies. With `SHOW_KNOWN=1` they fail,
/// too.
const KNOWN_OPEN: &[(&str, &[Shape])] = &[
    // A bare policy does not say which domain is its own. The usual one is taken, and each rule has a say in it.
    ("a deletion is noticed, and not killed", &[Shape::Shared]),
    ("a packet changes, and no difference is reported", &[Shape::Shared, Shape::PublicRoutes, Shape::Via]),
    // A rule can bring a device a narrower route, and its packets another router with another filter.
    (
        "a packet between devices changes, and no difference of devices is reported",
        &[Shape::Ordinary, Shape::PublicRoutes, Shape::Via],
    ),
    // Which of two routers of a route is the primary one is not known. And access through the routers of a `via` differs
    // from access through any router, though these may be the same ones.
    ("a difference of devices is reported, and no packet changes", &[Shape::Unrouted, Shape::Via]),
    ("explain allows a closed ping", &[]),
    // In these worlds, a user of another tailnet may have a role.
    ("without what is redundant, a packet is lost", &[]),
    ("without what is redundant with facts, a packet is lost", &[]),
    // These facts list no devices that are shared from other tailnets, and all others: nobody else has an address.
    ("an invariant holds with facts, and a packet breaks it", &[]),
];

/// Returns whether a difference of cases of a shape is known. Cases of everything have what any shape has.
pub(crate) fn is_known_open(kind: &str, shape: Shape) -> bool {
    if std::env::var_os("SHOW_KNOWN").is_some() {
        return false;
    }
    let is_open = |shapes: &[Shape]| shapes.contains(&shape) || shape == Shape::Everything;
    KNOWN_OPEN.iter().any(|(open, shapes)| *open == kind && is_open(shapes))
}

//! Differences that are known and not fixed yet.

use policy_generate::cases::Shape;

/// The kinds, each with the shapes that have it. A fix removes its lines. With `SHOW_KNOWN=1` they fail, too.
const KNOWN_OPEN: &[(&str, &[Shape])] = &[
    (
        "an invariant holds with facts, and a packet breaks it",
        &[
            Shape::PublicRoutes,
            Shape::Families,
            Shape::TailnetAddresses,
            Shape::SyncedGroups,
            Shape::Services,
            Shape::Via,
            Shape::Shared,
            Shape::FourViaSix,
            Shape::Ping,
            Shape::Ssh,
            Shape::Everything,
        ],
    ),
    (
        "an invariant holds, and a packet breaks it",
        &[
            Shape::PublicRoutes,
            Shape::Families,
            Shape::TailnetAddresses,
            Shape::Pools,
            Shape::SyncedGroups,
            Shape::Services,
            Shape::Via,
            Shape::Shared,
            Shape::FourViaSix,
            Shape::Ping,
            Shape::Ssh,
            Shape::Everything,
        ],
    ),
    (
        "without what is redundant with facts, a packet is lost",
        &[
            Shape::PublicRoutes,
            Shape::Families,
            Shape::TailnetAddresses,
            Shape::Services,
            Shape::Via,
            Shape::Shared,
            Shape::Everything,
        ],
    ),
    (
        "without what is redundant, a packet is lost",
        &[Shape::PublicRoutes, Shape::Families, Shape::Services, Shape::Via, Shape::Shared, Shape::Everything],
    ),
    (
        "a difference from a device to itself is reported",
        &[
            Shape::Ordinary,
            Shape::PublicRoutes,
            Shape::Families,
            Shape::TailnetAddresses,
            Shape::Pools,
            Shape::SeveralTags,
            Shape::Services,
            Shape::Case,
            Shape::Via,
            Shape::Shared,
            Shape::FourViaSix,
            Shape::Ping,
            Shape::Unrouted,
            Shape::Ssh,
            Shape::Everything,
        ],
    ),
    (
        "a difference of devices is reported, and no packet changes",
        &[
            Shape::Ordinary,
            Shape::Families,
            Shape::TailnetAddresses,
            Shape::SeveralTags,
            Shape::Case,
            Shape::Via,
            Shape::Ping,
            Shape::Everything,
        ],
    ),
    (
        "a packet changes, and no difference is reported",
        &[Shape::PublicRoutes, Shape::Families, Shape::Services, Shape::Via, Shape::Shared, Shape::Everything],
    ),
    (
        "a packet between devices changes, and no difference of devices is reported",
        &[Shape::Families, Shape::TailnetAddresses, Shape::Pools, Shape::Services, Shape::Via],
    ),
    (
        "explain allows what is closed to an address",
        &[
            Shape::Ordinary,
            Shape::PublicRoutes,
            Shape::Families,
            Shape::TailnetAddresses,
            Shape::Pools,
            Shape::SyncedGroups,
            Shape::SeveralTags,
            Shape::Services,
            Shape::Case,
            Shape::Via,
            Shape::FourViaSix,
            Shape::Ping,
            Shape::Unrouted,
            Shape::Ssh,
            Shape::Everything,
        ],
    ),
    (
        "explain denies an open ping",
        &[
            Shape::Ordinary,
            Shape::PublicRoutes,
            Shape::Families,
            Shape::TailnetAddresses,
            Shape::Pools,
            Shape::SyncedGroups,
            Shape::SeveralTags,
            Shape::Services,
            Shape::Case,
            Shape::Via,
            Shape::Shared,
            Shape::FourViaSix,
            Shape::Ping,
            Shape::Unrouted,
            Shape::Ssh,
            Shape::Everything,
        ],
    ),
    (
        "explain allows a closed ping",
        &[
            Shape::PublicRoutes,
            Shape::Families,
            Shape::TailnetAddresses,
            Shape::Pools,
            Shape::SyncedGroups,
            Shape::SeveralTags,
            Shape::Services,
            Shape::Case,
            Shape::Via,
            Shape::FourViaSix,
            Shape::Ping,
            Shape::Unrouted,
            Shape::Ssh,
            Shape::Everything,
        ],
    ),
    (
        "explain allows what is closed between devices",
        &[Shape::Families, Shape::TailnetAddresses, Shape::Via, Shape::Everything],
    ),
    ("explain allows what is closed in a tailnet", &[Shape::Families, Shape::Via, Shape::Shared, Shape::Everything]),
    (
        "what leaves out a destination",
        &[
            Shape::Families,
            Shape::TailnetAddresses,
            Shape::Pools,
            Shape::SyncedGroups,
            Shape::Via,
            Shape::Shared,
            Shape::Everything,
        ],
    ),
    (
        "who leaves out a source",
        &[
            Shape::Families,
            Shape::TailnetAddresses,
            Shape::Pools,
            Shape::SyncedGroups,
            Shape::Services,
            Shape::Via,
            Shape::Everything,
        ],
    ),
    ("explain denies what is open in a tailnet", &[Shape::Services, Shape::Shared, Shape::Everything]),
    (
        "every cell for a packet that passes is empty",
        &[Shape::Families, Shape::TailnetAddresses, Shape::Pools, Shape::Services, Shape::Via, Shape::Everything],
    ),
    (
        "the device matrix has what is closed",
        &[Shape::Families, Shape::TailnetAddresses, Shape::Via, Shape::Everything],
    ),
    ("a login changes, and no difference is reported", &[Shape::Shared, Shape::Ssh]),
    ("explain denies a login that is accepted", &[Shape::Shared, Shape::Ssh, Shape::Everything]),
];

/// Returns whether a difference of cases of a shape is known. Cases of everything have what any shape has.
pub(crate) fn is_known_open(kind: &str, shape: Shape) -> bool {
    if std::env::var_os("SHOW_KNOWN").is_some() {
        return false;
    }
    let is_open = |shapes: &[Shape]| shapes.contains(&shape) || shape == Shape::Everything;
    KNOWN_OPEN.iter().any(|(open, shapes)| *open == kind && is_open(shapes))
}

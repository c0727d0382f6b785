/// One of the two policies that are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Version {
    Old,
    New,
}

impl Version {
    pub(super) const BOTH: [Version; 2] = [Version::Old, Version::New];

    pub(super) fn other(self) -> Version {
        if self == Version::Old { Version::New } else { Version::Old }
    }

    /// Returns this version's item of a pair that begins with the old version's.
    pub(super) fn select<T>(self, [old, new]: &[T; 2]) -> &T {
        if self == Version::Old { old } else { new }
    }

    /// Like [`Version::select`], but mutable.
    pub(super) fn select_mut<T>(self, [old, new]: &mut [T; 2]) -> &mut T {
        if self == Version::Old { old } else { new }
    }
}

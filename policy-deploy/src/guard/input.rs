use policy_core::model::InvariantsFile;

/// The input of the guards, apart from the two policies.
#[derive(Clone, Copy, Debug)]
pub struct GuardInput<'i> {
    /// The machine that pushes: a login, an address, or the name of a user or a device of the
    /// facts. If it is not given, its access is not guarded.
    pub me: Option<&'i str>,
    /// The share of the network access that may be lost, in percent.
    pub max_lost: u8,
    /// True if nobody may gain access.
    pub deny_new_access: bool,
    /// Invariants that must hold of the wanted policy, in addition to its own.
    pub keep: Option<&'i InvariantsFile>,
}

impl GuardInput<'_> {
    /// The share of the network access that may be lost by default, in percent.
    pub const MAX_LOST: u8 = 30;
}

impl Default for GuardInput<'_> {
    fn default() -> Self {
        GuardInput { me: None, max_lost: Self::MAX_LOST, deny_new_access: false, keep: None }
    }
}

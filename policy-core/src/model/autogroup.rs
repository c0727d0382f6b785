/// A group that Tailscale defines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Autogroup {
    /// Everyone who is a member of the tailnet, by their own devices.
    Member,
    /// The tailnet's owner.
    Owner,
    /// Admins, and the owner.
    Admin,
    /// IT admins.
    ItAdmin,
    /// Network admins.
    NetworkAdmin,
    /// Billing admins.
    BillingAdmin,
    /// Auditors.
    Auditor,
    /// Every tagged device.
    Tagged,
    /// The source user's own devices.
    SelfDevices,
    /// What is reached through exit nodes.
    Internet,
    /// Who accepted a device shared from this tailnet.
    Shared,
    /// Any source address whatsoever.
    DangerAll,
    /// Any account but `root`, in `users` of SSH rules.
    Nonroot,
}

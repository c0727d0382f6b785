//! The kinds of names, written before a colon.

super::words! {
    /// `tag:web`: the devices with this tag. `tagOwners` declares tags and says who may assign
    /// them. A tagged device belongs to no user, so rules for users do not apply to it.
    tag
    /// `group:eng`: the users that `groups` lists under this name.
    group
    /// `autogroup:member`: users or devices that Tailscale determines.
    autogroup
    /// `ipset:prod`: the addresses that `ipsets` lists under this name.
    ipset
    /// `posture:managed`: the conditions on source devices that `postures` lists under this name.
    posture
    /// `svc:web`: a Tailscale Service. The admin console defines services, not the policy.
    svc
}

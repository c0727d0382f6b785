//! The kinds of names, which stand before a colon.

super::words! {
    /// `tag:web`: the devices with this tag. `tagOwners` declares tags, and says who may assign them. A tagged device belongs
    /// to no user, so rules for people are not about it.
    tag
    /// `group:eng`: the people that `groups` lists under this name.
    group
    /// `autogroup:member`: people or devices that Tailscale itself keeps the list of.
    autogroup
    /// `ipset:prod`: the addresses that `ipsets` collects under this name.
    ipset
    /// `posture:managed`: the conditions on source devices that `postures` has under this name.
    posture
    /// `svc:web`: a Tailscale Service. The admin console defines it, not the policy.
    svc
}

//! The keywords at the top level of a policy.

super::words! {
    /// Network and app access: `src -> dst on ports;`. Grants only allow. Access that no rule
    /// allows is denied. Without `grants` and `acls` in the policy, Tailscale allows everything.
    grants
    /// Network access in the older form: `src -> dst on ports and dst on ports;`. A rule has one
    /// protocol. Tailscale adds no new features to ACLs, so prefer grants.
    acls
    /// Tailscale SSH: `check src -> dst as users;` allows logins. A grant must also allow port 22.
    ssh
    /// Lists of users: `group:eng = alice, "bob@example.com";`
    groups
    /// Names for addresses: `printer = "192.168.1.20";`
    hosts
    /// Sets of addresses: `ipset:prod = "192.0.2.0/24", printer, remove "192.0.2.9";`
    ipsets
    /// Conditions on source devices: `posture:managed = "node:os == 'macos'", "node:tsVersion >=
    /// '1.40'";`. A device must meet all of them.
    postures
    /// The posture of rules without `srcPosture`: `defaultSrcPosture = posture:managed;`
    defaultSrcPosture
    /// Declares tags and says who may assign them: `tag:web = group:eng;`. With an empty list, only
    /// admins may.
    tagOwners
    /// Auto approvers: routes, exit nodes and services that need no approval by an admin: `routes`,
    /// `exitNode` and `services`.
    autoApprovers
    /// Attributes of devices: `tag:web attr "funnel";`
    nodeAttrs
    /// Tests of access: `alice { accept tag:web:443; deny tag:db:5432; }`. If one fails, the policy
    /// does not compile, and Tailscale refuses it, too.
    tests
    /// Tests of SSH logins: `alice -> tag:web { accept "root"; }`
    sshTests
    /// Users, by name: `alice = "alice@example.com", admin;`. Used for checks, and not part of the
    /// policy file.
    users
    /// Devices: `nas = tag:nas, "100.64.0.9", "192.168.1.0/24";` with their tags or owner,
    /// addresses, and the routes that they serve. Used for checks, and not part of the policy file.
    devices
    /// Lint levels for the whole policy: `unused-tag = allow "kept for the migration"; unused-let =
    /// deny;`
    lints
    /// The shapes of the tailnet's own app capabilities: `"example.com/cap/sql" { tables: [string];
    /// limit?: int; }`. Grants of the capability are checked against its shape, and Rust gets a
    /// type for it, `capability::Sql`.
    capabilities
    /// The control server that the policy is for: `target = headscale;`. The default is
    /// `tailscale`. headscale supports less than Tailscale, and some of it differs.
    target
    /// Statements that must be true of the whole policy: `never autogroup:member -> tag:db;`.
    /// Checked, and not part of the policy file.
    invariants
    /// Names a list of selectors or of ports: `let https = tcp:443;`. Each use inserts the list.
    #[doc(hidden)]
    let_
    /// Makes every device use a random WireGuard port: `randomizeClientPort = true;`. Some
    /// firewalls with faulty connection tracking need this.
    randomizeClientPort
    /// Disables IPv4 addresses in the tailnet: `disableIPv4 = true;`
    disableIPv4
    /// The way that macOS devices set their route for 100.64.0.0/10: `OneCGNATRoute =
    /// "mac-always";` or `"mac-never"`.
    OneCGNATRoute
    /// Your own relay servers, as JSON: `derpMap = { "Regions": { … } };`
    derpMap
    /// The types of custom posture attributes, as JSON.
    attrConfig
    /// Other tailnets that devices are shared with, as JSON.
    externalTailnets
}

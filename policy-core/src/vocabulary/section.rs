//! What stands at the top level of a policy.

super::words! {
    /// Network and application access: `src -> dst on ports;`. A grant only ever allows; what none allows is denied. Without
    /// `grants` and `acls` in the policy, Tailscale allows everything.
    grants
    /// Network access in the older form: `src -> dst on ports and dst on ports;`. One protocol a rule. Tailscale adds nothing
    /// new to it: write grants.
    acls
    /// Tailscale SSH: `check src -> dst as users;`, who may log in where and as whom. That port 22 can
    /// be reached is for `grants`.
    ssh
    /// Lists of people: `group:eng = alice, "bob@example.com";`
    groups
    /// Names for addresses: `printer = "192.168.1.20";`
    hosts
    /// Collections of addresses: `ipset:prod = "192.0.2.0/24", printer, remove "192.0.2.9";`
    ipsets
    /// Conditions on source devices: `posture:managed = "node:os == 'macos'", "node:tsVersion >= '1.40'";`. All of them must hold.
    postures
    /// The posture of rules that have no `srcPosture` of their own: `defaultSrcPosture = posture:managed;`
    defaultSrcPosture
    /// Declares tags, and says who may assign them: `tag:web = group:eng;`. With nothing after it, admins only.
    tagOwners
    /// What needs no admin's approval when a device offers it: `routes`, `exitNode` and `services`.
    autoApprovers
    /// What devices may or should do: `tag:web attr "funnel";`
    nodeAttrs
    /// What must and must not be reachable: `alice { accept tag:web:443; deny tag:db:5432; }`. The policy does not compile if one
    /// of them fails, and Tailscale refuses it, too.
    tests
    /// Who must and must not be able to log in: `alice -> tag:web { accept "root"; }`
    sshTests
    /// People, by name: `alice = "alice@example.com", admin;`. Ours: checked against, and not printed.
    users
    /// Machines: `nas = tag:nas, "100.64.0.9", "192.168.1.0/24";`, their tags or owner, addresses, and the routes that they
    /// serve. Ours: checked against, and not printed.
    devices
    /// How much warnings count in all of the policy: `unused-tag = allow "kept for the migration"; unused-let = deny;`
    lints
    /// The shapes of app capabilities of one's own: `"example.com/cap/sql" { tables: [string]; limit?: int; }`. What grants
    /// one is checked against it, and it is a type in Rust, `capability::Sql`.
    capabilities
    /// The control server that the policy is for: `target = headscale;`, which is `tailscale` where nothing is said. headscale
    /// reads less than Tailscale, and some of it in another way.
    target
    /// What must hold of the whole policy: `never autogroup:member -> tag:db;`. Ours: checked, and not printed.
    invariants
    /// Names a list once, of selectors or of ports: `let https = tcp:443;`. Its uses splice it in.
    #[doc(hidden)]
    let_
    /// Whether every device uses a random WireGuard port: `randomizeClientPort = true;`. For some firewalls that keep track
    /// of connections badly.
    randomizeClientPort
    /// Whether the tailnet has no IPv4 addresses: `disableIPv4 = true;`
    disableIPv4
    /// How macOS devices set their route for 100.64.0.0/10: `OneCGNATRoute = "mac-always";` or `"mac-never"`.
    OneCGNATRoute
    /// Relay servers of one's own, as JSON: `derpMap = { "Regions": { … } };`
    derpMap
    /// The types of custom posture attributes, as JSON.
    attrConfig
    /// Other tailnets that devices are shared with, as JSON.
    externalTailnets
}

//! Random policies with random tailnets that match them, as JSON. The oracles use them to compare
//! every analysis with packets.
//!
//! A case has its `seed`, a `policy`, a `new` version of it, `invariants`, and a `world`:
//! everything that a policy file does not state. The world lists `users`, `nodes`, the members of
//! `synced` groups, the logins that are `shared` users, and the addresses of `services`. A `full`
//! world has at least one user or device of each kind.

use serde_json::{Value, json};

use crate::small::Random;

/// A kind of case: the additional selectors and facts for one question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Users, groups, tags, private addresses behind routers, devices with addresses of both families.
    Ordinary,
    /// Public addresses behind exit nodes and subnet routers.
    PublicRoutes,
    /// Prefixes with every address of one family, and devices that have only one family.
    Families,
    /// Addresses of the tailnet that some device may have.
    TailnetAddresses,
    /// IP pools, from which the policy itself assigns addresses to devices.
    Pools,
    /// Groups of an identity provider.
    SyncedGroups,
    /// Devices with several tags.
    SeveralTags,
    /// Services, which have addresses of the tailnet.
    Services,
    /// Logins and domains in mixed case.
    Case,
    /// Grants with `via`.
    Via,
    /// Users of other tailnets that devices are shared with.
    Shared,
    /// 4via6 addresses, which stand for IPv4 addresses of sites.
    FourViaSix,
    /// Rules and invariants for ICMP.
    Ping,
    /// Addresses that no router carries, or only the sender itself.
    Unrouted,
    /// SSH rules.
    Ssh,
    /// Everything together.
    Everything,
}

impl Shape {
    /// Every shape.
    pub const ALL: &[Shape] = &[
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
    ];

    fn has(self, shape: Shape) -> bool {
        self == shape || self == Shape::Everything
    }

    /// Returns selectors for sources and destinations.
    fn words(self) -> &'static [&'static str] {
        match self {
            Shape::PublicRoutes => &["203.0.113.0/24", "203.0.113.7", "2001:db8::/32", "2001:db8::7", "ipset:public"],
            Shape::Families => &[
                "100.64.0.0/10",
                "fd7a:115c:a1e0::/48",
                "ipset:halves",
                "fd7a:115c:a1e0::/49",
                "100.64.0.0-100.127.255.255",
            ],
            Shape::TailnetAddresses => &[
                "100.64.0.0/11",
                "100.64.0.3",
                "100.64.0.5",
                "fd7a:115c:a1e0::/64",
                "fd7a:115c:a1e0::3",
                "100.64.0.2-100.64.0.4",
                "nas",
                "nas6",
                "ipset:some",
            ],
            Shape::Pools => &["100.81.0.0/16", "100.81.0.3", "pool"],
            Shape::SyncedGroups => &["group:staff@example.com", "group:web@example.com"],
            Shape::Services => &["svc:web", "100.100.0.0/17", "100.99.0.1", "fd7a:115c:a1e0:99::/64", "100.64.0.0/10"],
            Shape::Case => &["Alice@Example.com", "group:mixed", "user:*@Example.com", "user:*@example.com"],
            Shape::Via => &["10.0.0.0/29", "100.64.0.3", "100.64.0.0/10", "10.0.0.2", "*"],
            Shape::Shared => &["autogroup:shared", "carol@other.org", "erin@third.net", "group:eng"],
            Shape::FourViaSix => {
                &["fd7a:115c:a1e0:b1a::/64", "fd7a:115c:a1e0:b1a:0:7:a00:0/120", "fd7a:115c:a1e0:b1a:0:7:a00:2"]
            }
            Shape::Unrouted => &["10.0.0.0/24", "10.9.0.0/16", "10.9.0.5", "198.51.100.0/24", "192.168.0.0/16"],
            Shape::SeveralTags => &["tag:a", "tag:b", "tag:c", "10.0.0.0/24", "10.0.0.0/29", "10.0.0.2"],
            Shape::Ordinary | Shape::Ping | Shape::Ssh | Shape::Everything => &[],
        }
    }
}

const SOURCES: &[&str] = &[
    "*",
    "alice@example.com",
    "bob@example.com",
    "carol@other.org",
    "group:eng",
    "group:ops",
    "user:*@example.com",
    "autogroup:member",
    "autogroup:member",
    "autogroup:admin",
    "autogroup:auditor",
    "autogroup:tagged",
    "tag:a",
    "tag:b",
    "tag:c",
    "10.0.0.0/30",
    "10.0.0.2",
    "lab",
    "ipset:lan",
];

const DESTINATIONS: &[&str] = &[
    "*",
    "alice@example.com",
    "bob@example.com",
    "group:eng",
    "autogroup:member",
    "autogroup:admin",
    "autogroup:self",
    "autogroup:tagged",
    "autogroup:internet",
    "tag:a",
    "tag:b",
    "tag:c",
    "10.0.0.0/29",
    "10.0.0.2",
    "lab",
    "ipset:lan",
];

const PORTS: &[&str] =
    &["*", "22", "80", "22-80", "443", "tcp:22", "tcp:80-443", "tcp:*", "udp:80", "gre:*", "sctp:80"];

/// Returns a case. It depends only on the seed and the shape.
pub fn case(seed: u64, shape: Shape) -> Value {
    let mut random = Random::new(seed);
    let mut cases = Cases { random: &mut random, shape };
    let policy = cases.policy();
    let new = cases.change(&policy);
    let invariants: Vec<Value> = (0..3).map(|_| cases.invariant()).collect();
    let worlds: Vec<Value> = (0..4).map(|_| cases.world()).collect();
    let full: Vec<Value> = (0..2).map(|_| cases.full_world()).collect();
    json!({"seed": seed, "policy": policy, "new": new, "invariants": invariants, "worlds": worlds, "full": full})
}

struct Cases<'r> {
    random: &'r mut Random,
    shape: Shape,
}

impl Cases<'_> {
    fn chance(&mut self, of: usize) -> bool {
        self.random.below(of) == 0
    }

    fn one_of_shape(&mut self) -> Option<String> {
        let words = match self.shape {
            Shape::Everything => Shape::ALL[self.random.below(Shape::ALL.len())].words(),
            shape => shape.words(),
        };
        (!words.is_empty()).then(|| self.random.one(words).to_owned())
    }

    fn word(&mut self, ordinary: &[&str]) -> String {
        let special = if self.chance(2) { self.one_of_shape() } else { None };
        special.unwrap_or_else(|| self.random.one(ordinary).to_owned())
    }

    fn source(&mut self) -> String {
        loop {
            let word = self.word(SOURCES);
            if !word.starts_with("svc:") {
                return word;
            }
        }
    }

    fn destination(&mut self) -> String {
        loop {
            let word = self.word(DESTINATIONS);
            if word != "autogroup:shared" && !word.starts_with("user:") {
                return word;
            }
        }
    }

    fn list(&mut self, mut one: impl FnMut(&mut Self) -> String) -> Vec<String> {
        let count = [1, 1, 1, 1, 2, 2, 3][self.random.below(7)];
        let mut list: Vec<String> = (0..count).map(|_| one(self)).collect();
        list.sort();
        list.dedup();
        list
    }

    fn ports(&mut self) -> Vec<String> {
        let has_ping = self.shape.has(Shape::Ping);
        self.list(|cases| match has_ping && cases.chance(3) {
            true => cases.random.one(&["icmp:*", "ipv6-icmp:*", "icmp:*"]).to_owned(),
            false => cases.random.one(PORTS).to_owned(),
        })
    }

    fn policy(&mut self) -> Value {
        let mut policy = json!({
            "groups": {"group:eng": ["alice@example.com", "carol@other.org"], "group:ops": ["bob@example.com"]},
            "hosts": {"lab": "10.0.0.0/30"},
            "ipsets": {"ipset:lan": ["add 10.0.0.0/29", "remove 10.0.0.2"]},
            "tagOwners": {"tag:a": [], "tag:b": [], "tag:c": [], "tag:r": []},
        });
        if self.shape.has(Shape::PublicRoutes) {
            policy["ipsets"]["ipset:public"] = json!(["203.0.113.0/25", "2001:db8::/33"]);
        }
        if self.shape.has(Shape::Families) {
            policy["ipsets"]["ipset:halves"] = json!(["100.64.0.0/11", "100.96.0.0/11"]);
        }
        if self.shape.has(Shape::TailnetAddresses) {
            policy["hosts"]["nas"] = json!("100.64.0.4");
            policy["hosts"]["nas6"] = json!("fd7a:115c:a1e0::4");
            policy["ipsets"]["ipset:some"] = json!(["add 100.64.0.0/29", "remove 100.64.0.4"]);
        }
        if self.shape.has(Shape::Pools) {
            policy["hosts"]["pool"] = json!("100.81.0.0/16");
            let target = self.random.one(&["group:ops", "alice@example.com", "tag:a"]).to_owned();
            policy["nodeAttrs"] = json!([{"target": [target], "ipPool": ["100.81.0.0/16"]}]);
        }
        if self.shape.has(Shape::Case) {
            policy["groups"]["group:mixed"] = json!(["Alice@Example.com"]);
        }
        let (mut grants, mut acls) = (Vec::new(), Vec::new());
        for _ in 0..self.random.below(4) + 1 {
            match (self.random.below(4), grants.last().cloned()) {
                (0, _) => acls.push(self.acl()),
                (1 | 2, Some(last)) => grants.push(self.variant(last)),
                _ => grants.push(self.grant()),
            }
        }
        policy["grants"] = json!(grants);
        policy["acls"] = json!(acls);
        if self.shape.has(Shape::Ssh) || self.shape == Shape::Shared && self.chance(3) {
            let rules: Vec<Value> = (0..self.random.below(2) + 1).map(|_| self.ssh_rule()).collect();
            policy["ssh"] = json!(rules);
        }
        policy
    }

    fn grant(&mut self) -> Value {
        let (src, dst, ip) = (self.list(Self::source), self.list(Self::destination), self.ports());
        let mut grant = json!({"src": src, "dst": dst, "ip": ip});
        if self.shape.has(Shape::Via) && self.chance(2) {
            grant["via"] = json!(["tag:r"]);
        }
        grant
    }

    /// Returns a grant that differs from another in one list.
    fn variant(&mut self, mut grant: Value) -> Value {
        match self.random.below(5) {
            0 | 1 => grant["dst"] = json!(self.list(Self::destination)),
            2 | 3 => grant["src"] = json!(self.list(Self::source)),
            _ => grant["ip"] = json!(self.ports()),
        }
        grant
    }

    fn acl(&mut self) -> Value {
        let src = self.list(Self::source);
        let dst: Vec<String> = self
            .list(Self::destination)
            .iter()
            .map(|host| {
                // The form of an IPv6 address with a port is tested elsewhere.
                let host = if host.contains("::") { "tag:a" } else { host };
                format!("{host}:{}", self.random.one(&["*", "22", "22,443", "80-443"]))
            })
            .collect();
        let mut acl = json!({"action": "accept", "src": src, "dst": dst});
        match self.random.below(3) {
            0 => acl["proto"] = json!("tcp"),
            1 if self.shape.has(Shape::Ping) => acl["proto"] = json!("icmp"),
            _ => {}
        }
        acl
    }

    fn ssh_rule(&mut self) -> Value {
        let src = self.random.one(&["autogroup:member", "autogroup:member", "alice@example.com", "group:eng", "tag:a"]);
        let dst = match src {
            "tag:a" => self.random.one(&["tag:a", "tag:b"]),
            "alice@example.com" => self.random.one(&["tag:a", "tag:b", "alice@example.com"]),
            _ => self.random.one(&["autogroup:self", "tag:a", "tag:b", "tag:b"]),
        };
        let users = ["root", "autogroup:nonroot", "localpart:*@example.com", "deploy", "localpart:*@example.com"];
        let users = self.list(|cases| cases.random.one(&users).to_owned());
        let action = self.random.one(&["accept", "accept", "check"]).to_owned();
        let action = if src == "tag:a" { "accept".to_owned() } else { action };
        json!({"action": action, "src": [src], "dst": [dst], "users": users})
    }

    /// Returns another version of a policy: with a rule removed, another rule, or other items in a
    /// rule.
    fn change(&mut self, policy: &Value) -> Value {
        let mut new = policy.clone();
        for _ in 0..self.random.below(3) + 1 {
            let section = self.random.one(&["grants", "grants", "acls", "ssh"]).to_owned();
            let count = new[&*section].as_array().map_or(0, Vec::len);
            let at = self.random.below(count.max(1));
            let Some(rules) = new[&*section].as_array_mut() else { continue };
            match self.random.below(4) {
                0 if count > 0 => {
                    rules.remove(at);
                }
                1 if section == "grants" => {
                    let grant = match rules.last().cloned() {
                        Some(last) => self.variant(last),
                        None => self.grant(),
                    };
                    rules.push(grant);
                }
                2 if section == "grants" && count > 0 => rules[at]["src"] = json!(self.list(Self::source)),
                3 if section == "grants" && count > 0 => rules[at]["dst"] = json!(self.list(Self::destination)),
                1 if section == "ssh" => rules.push(self.ssh_rule()),
                _ if section == "ssh" && count > 0 => rules[at] = self.ssh_rule(),
                _ => {}
            }
        }
        new
    }

    fn invariant(&mut self) -> Value {
        let src = self.list(Self::source);
        let kind = self.random.one(&["never", "never", "never", "only", "isolated"]);
        let mut invariant = json!({"kind": kind, "src": src});
        if kind == "isolated" {
            // An isolated selector is also a destination.
            let src = self.list(Self::destination);
            let is_both =
                |word: &String| !word.starts_with("autogroup:self") && !word.starts_with("autogroup:internet");
            let src: Vec<String> = src.into_iter().filter(is_both).filter(|word| !word.starts_with("svc:")).collect();
            invariant["src"] = if src.is_empty() { json!(["tag:a"]) } else { json!(src) };
        } else {
            let targets: Vec<Value> = (0..self.random.below(2) + 1).map(|_| self.target()).collect();
            invariant["targets"] = json!(targets);
            if self.chance(3) {
                invariant["src_except"] = json!(self.list(Self::source));
            }
        }
        if self.chance(3) {
            invariant["except"] = json!([self.target()]);
        }
        invariant
    }

    fn target(&mut self) -> Value {
        let dst = self.list(Self::destination);
        match self.chance(2) {
            true => json!({"dst": dst}),
            false => json!({"dst": dst, "ip": self.ports()}),
        }
    }

    fn world(&mut self) -> Value {
        let roles = ["owner", "admin", "member", "member", "auditor"];
        let logins = ["alice@example.com", "bob@example.com", "dave@example.com", "carol@other.org"];
        let owner = self.random.below(3);
        let mut users: Vec<Value> = (0..logins.len())
            .map(|at| {
                let role = if at == owner { "owner" } else { roles[1 + self.random.below(4)] };
                json!({"name": logins[at].split('@').next(), "email": logins[at], "role": role})
            })
            .collect();
        let mut shared: Vec<&str> = Vec::new();
        if self.shape.has(Shape::Shared) {
            users.push(json!({"name": "erin", "email": "erin@third.net", "role": "member"}));
            shared.extend(["carol@other.org", "erin@third.net"].into_iter().filter(|_| self.random.below(2) == 0));
        }
        if self.shape.has(Shape::Case) && self.chance(2) {
            users[0]["email"] = json!("alice@Example.com");
        }
        let mut world = json!({"users": users, "shared": shared, "synced": {}, "services": {}});
        if self.shape.has(Shape::SyncedGroups) {
            for group in ["group:staff@example.com", "group:web@example.com"] {
                let chosen = logins.into_iter().filter(|_| self.random.below(3) == 0);
                let members: Vec<&str> = chosen.filter(|login| !shared.contains(login)).collect();
                world["synced"][group] = json!(members);
            }
        }
        if self.shape.has(Shape::Services) {
            world["services"]["svc:web"] = json!(["100.99.0.1", "fd7a:115c:a1e0:99::1"]);
        }
        world["nodes"] = json!(self.nodes(&world));
        world
    }

    /// Returns a world with users of every role, two devices for each user, and two devices for
    /// each tag.
    fn full_world(&mut self) -> Value {
        let mut world = self.world();
        let users = world["users"].as_array_mut().unwrap();
        for (name, domain, role) in [
            ("gina", "example.com", "member"),
            ("henry", "example.com", "admin"),
            ("ines", "example.com", "auditor"),
            ("jack", "fourth.net", "member"),
            ("kim", "fourth.net", "auditor"),
            ("lena", "fourth.net", "admin"),
            ("mona", "fifth.net", "member"),
        ] {
            users.push(json!({"name": name, "email": format!("{name}@{domain}"), "role": role}));
        }
        let names: Vec<Value> = users.iter().map(|user| user["name"].clone()).collect();
        world["shared"].as_array_mut().unwrap().push(json!("mona@fifth.net"));
        for members in world["synced"].as_object_mut().unwrap().values_mut() {
            members.as_array_mut().unwrap().push(json!("gina@example.com"));
        }
        let mut places: Vec<usize> = (1..=64).collect();
        let mut nodes = Vec::new();
        let owners = names.iter().map(|name| json!({"user": name}));
        let tags = ["tag:a", "tag:b", "tag:c"].map(|tag| json!({"tags": [tag]}));
        for node in owners.chain(tags).flat_map(|node| [node.clone(), node]) {
            let place = places.remove(self.random.below(places.len()));
            let mut node = node;
            node["name"] = json!(format!("d{}", nodes.len()));
            node["ipv4"] = json!(format!("100.64.0.{place}"));
            node["ipv6"] = json!(format!("fd7a:115c:a1e0::{place:x}"));
            nodes.push(node);
        }
        let routes = "10.0.0.0/8 203.0.113.0/24 198.51.100.0/24 192.168.0.0/16 2001:db8::/32 fd7a:115c:a1e0:b1a::/64";
        for (name, routes) in [("r0", routes), ("r1", routes), ("r2", "0.0.0.0/0 ::/0"), ("r3", "0.0.0.0/0 ::/0")] {
            let routes: Vec<&str> = routes.split(' ').collect();
            let place = places.remove(0);
            nodes.push(json!({
                "name": name, "tags": ["tag:r"], "routable_ips": routes, "approved_routes": routes,
                "ipv4": format!("100.64.0.{place}"), "ipv6": format!("fd7a:115c:a1e0::{place:x}"),
            }));
        }
        world["nodes"] = json!(nodes);
        world
    }

    fn nodes(&mut self, world: &Value) -> Vec<Value> {
        let users: Vec<String> =
            world["users"].as_array().unwrap().iter().map(|user| user["name"].as_str().unwrap().to_owned()).collect();
        let mut places: Vec<usize> = (1..=8).collect();
        let mut nodes = Vec::new();
        for number in 0..self.random.below(4) + 2 {
            let place = places.remove(self.random.below(places.len()));
            let mut node = json!({"name": format!("d{number}")});
            let pooled;
            if self.chance(2) {
                let user = &users[self.random.below(users.len())];
                node["user"] = json!(user);
                pooled = user == "alice" || user == "bob";
            } else {
                let mut tags = vec![self.random.one(&["tag:a", "tag:b", "tag:c"])];
                if self.shape.has(Shape::SeveralTags) && self.chance(2) {
                    tags.push(self.random.one(&["tag:a", "tag:b", "tag:c", "tag:r"]));
                    tags.sort_unstable();
                    tags.dedup();
                }
                pooled = tags.contains(&"tag:a");
                node["tags"] = json!(tags);
            }
            let pool = if self.shape.has(Shape::Pools) && pooled && self.chance(2) { "100.81.0" } else { "100.64.0" };
            self.addresses(&mut node, pool, place);
            nodes.push(node);
        }
        self.routers(&mut nodes);
        nodes
    }

    fn addresses(&mut self, node: &mut Value, pool: &str, place: usize) {
        let family = if self.shape.has(Shape::Families) { self.random.below(3) } else { 0 };
        if family != 1 {
            node["ipv4"] = json!(format!("{pool}.{place}"));
        }
        if family != 2 {
            node["ipv6"] = json!(format!("fd7a:115c:a1e0::{place}"));
        }
    }

    fn routers(&mut self, nodes: &mut Vec<Value>) {
        // Routes with every address that selectors name, so that each address has a router.
        let mut routes = vec!["10.0.0.0/24"];
        if self.shape.has(Shape::PublicRoutes) {
            routes.extend(["203.0.113.0/24", "2001:db8::/32"]);
        }
        if self.shape.has(Shape::FourViaSix) {
            routes.push("fd7a:115c:a1e0:b1a:0:7:a00:0/120");
        }
        if self.shape.has(Shape::Unrouted) {
            routes = vec!["10.0.0.0/30", "10.9.0.0/16"];
        }
        let partial = ["10.0.0.0/30", "10.0.0.2/32"];
        for (number, is_exit) in [(0, false), (1, false), (2, true)] {
            let odds = if self.shape == Shape::Unrouted { 2 } else { 6 };
            if number == 1 && !self.chance(2) || number != 1 && self.chance(odds) {
                continue;
            }
            let mut node = json!({"name": format!("r{number}"), "tags": ["tag:r"]});
            if self.chance(4) {
                node["tags"] = json!([self.random.one(&["tag:a", "tag:b"])]);
            }
            let mut own: Vec<&str> = match (is_exit, number) {
                (true, _) => vec!["0.0.0.0/0", "::/0"],
                (false, 0) => routes.clone(),
                (false, _) => vec![partial[self.random.below(2)]],
            };
            if self.shape.has(Shape::Unrouted) && self.chance(2) {
                own.truncate(1);
            }
            node["routable_ips"] = json!(own);
            node["approved_routes"] = json!(own);
            self.addresses(&mut node, "100.64.0", 20 + number);
            nodes.push(node);
        }
    }
}

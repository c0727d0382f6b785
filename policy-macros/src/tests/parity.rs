//! Tests that a mistake has the same code and message in Rust and in a policy file.

use policy_core::diagnostic::{Diagnostic, group_by_cause};
use policy_core::{Code, Policy};

use super::tokens;
use crate::expand::findings;
use crate::today::Today;

/// Declarations that every case may use, by section. A case with its own section replaces that
/// one.
const DECLARED: [(&str, &str, &str); 3] = [
    ("tagOwners", "tagOwners { tag:web; tag:db; }", r#""tagOwners": {"tag:web": [], "tag:db": []}"#),
    ("hosts", r#"hosts { nas = "10.0.0.9"; }"#, r#""hosts": {"nas": "10.0.0.9"}"#),
    ("groups", "groups { group:eng; }", r#""groups": {"group:eng": []}"#),
];

/// Each mistake as Rust and as HuJSON.
#[rustfmt::skip]
const MISTAKES: &[(&str, &str)] = &[
    // Names
    ("tagOwners { tag:a_b; }", r#""tagOwners": {"tag:a_b": []}"#),
    ("tagOwners { tag:1st; }", r#""tagOwners": {"tag:1st": []}"#),
    (r#"tagOwners { "tag:a b"; }"#, r#""tagOwners": {"tag:a b": []}"#),
    (r#"tagOwners { "tag:"; }"#, r#""tagOwners": {"tag:": []}"#),
    (r#"tagOwners { "web"; }"#, r#""tagOwners": {"web": []}"#),
    ("tagOwners { tag:a; tag:a; }", r#""tagOwners": {"tag:a": [], "tag:a": []}"#),
    ("tagOwners { tag:a = tag:b; }", r#""tagOwners": {"tag:a": ["tag:b"]}"#),
    (r#"tagOwners { tag:a = "*"; }"#, r#""tagOwners": {"tag:a": ["*"]}"#),
    ("tagOwners { tag:a = nas; }", r#""tagOwners": {"tag:a": ["nas"]}"#),
    ("tagOwners { tag:a = autogroup:self; }", r#""tagOwners": {"tag:a": ["autogroup:self"]}"#),
    (r#"hosts { "*" = "10.0.0.1"; }"#, r#""hosts": {"*": "10.0.0.1"}"#),
    (r#"hosts { "a@b" = "10.0.0.1"; }"#, r#""hosts": {"a@b": "10.0.0.1"}"#),
    (r#"hosts { a = "10.0.0.1"; a = "10.0.0.2"; }"#, r#""hosts": {"a": "10.0.0.1", "a": "10.0.0.2"}"#),
    ("ipsets { ipset:a = ipset:b; }", r#""ipsets": {"ipset:a": ["add ipset:b"]}"#),
    ("grants { tag:wbe -> tag:web on 443; }", r#""grants": [{"src": ["tag:wbe"], "dst": ["tag:web"], "ip": ["443"]}]"#),
    ("grants { tag:printer -> tag:web on 443; }", r#""grants": [{"src": ["tag:printer"], "dst": ["tag:web"], "ip": ["443"]}]"#),
    ("grants { group:egn -> tag:web on 443; }", r#""grants": [{"src": ["group:egn"], "dst": ["tag:web"], "ip": ["443"]}]"#),
    ("grants { ipset:a -> tag:web on 443; }", r#""grants": [{"src": ["ipset:a"], "dst": ["tag:web"], "ip": ["443"]}]"#),
    ("grants { autogroup:memberz -> tag:web on 443; }", r#""grants": [{"src": ["autogroup:memberz"], "dst": ["tag:web"], "ip": ["443"]}]"#),
    ("grants { autogroup:everyone -> tag:web on 443; }", r#""grants": [{"src": ["autogroup:everyone"], "dst": ["tag:web"], "ip": ["443"]}]"#),
    (r#"grants { "Tag:web" -> tag:web on 443; }"#, r#""grants": [{"src": ["Tag:web"], "dst": ["tag:web"], "ip": ["443"]}]"#),
    (r#"grants { "foo:bar" -> tag:web on 443; }"#, r#""grants": [{"src": ["foo:bar"], "dst": ["tag:web"], "ip": ["443"]}]"#),
    ("grants { tag:web -> tag:db on 443 srcPosture posture:a; }", r#""grants": [{"src": ["tag:web"], "dst": ["tag:db"], "ip": ["443"], "srcPosture": ["posture:a"]}]"#),
    ("defaultSrcPosture = posture:a;", r#""defaultSrcPosture": ["posture:a"]"#),
    // Places
    ("grants { autogroup:self -> tag:web on 443; }", r#""grants": [{"src": ["autogroup:self"], "dst": ["tag:web"], "ip": ["443"]}]"#),
    ("grants { autogroup:internet -> tag:web on 443; }", r#""grants": [{"src": ["autogroup:internet"], "dst": ["tag:web"], "ip": ["443"]}]"#),
    ("grants { svc:web -> tag:web on 443; }", r#""grants": [{"src": ["svc:web"], "dst": ["tag:web"], "ip": ["443"]}]"#),
    (r#"grants { "192.0.2.1-192.0.2.9" -> tag:web on 443; }"#, r#""grants": [{"src": ["192.0.2.1-192.0.2.9"], "dst": ["tag:web"], "ip": ["443"]}]"#),
    ("grants { tag:web -> autogroup:danger-all on 443; }", r#""grants": [{"src": ["tag:web"], "dst": ["autogroup:danger-all"], "ip": ["443"]}]"#),
    ("grants { tag:web -> autogroup:shared on 443; }", r#""grants": [{"src": ["tag:web"], "dst": ["autogroup:shared"], "ip": ["443"]}]"#),
    ("grants { tag:web -> autogroup:self on 443; }", r#""grants": [{"src": ["tag:web"], "dst": ["autogroup:self"], "ip": ["443"]}]"#),
    (r#"grants { tag:web -> "0.0.0.0/0" on *; }"#, r#""grants": [{"src": ["tag:web"], "dst": ["0.0.0.0/0"], "ip": ["*"]}]"#),
    (r#"grants { tag:web -> "10.0.0.0/8" on * via group:eng; }"#, r#""grants": [{"src": ["tag:web"], "dst": ["10.0.0.0/8"], "ip": ["*"], "via": ["group:eng"]}]"#),
    (r#"grants { tag:web -> "10.0.0.0/8" on * via nas; }"#, r#""grants": [{"src": ["tag:web"], "dst": ["10.0.0.0/8"], "ip": ["*"], "via": ["nas"]}]"#),
    ("grants { *, tag:web -> tag:db on 443; }", r#""grants": [{"src": ["*", "tag:web"], "dst": ["tag:db"], "ip": ["443"]}]"#),
    ("grants { autogroup:member, autogroup:members -> tag:db on 443; }", r#""grants": [{"src": ["autogroup:member", "autogroup:members"], "dst": ["tag:db"], "ip": ["443"]}]"#),
    ("nodeAttrs { autogroup:self attr \"funnel\"; }", r#""nodeAttrs": [{"target": ["autogroup:self"], "attr": ["funnel"]}]"#),
    // Ends
    (r#"grants { tag:web -> tag:db on 443 until "2027-02-30"; }"#, "\"grants\": [\n// policy: until 2027-02-30\n{\"src\": [\"tag:web\"], \"dst\": [\"tag:db\"], \"ip\": [\"443\"]}]"),
    (r#"grants { tag:web -> tag:db on 443 until "31.03.2027"; }"#, "\"grants\": [\n// policy: until 31.03.2027\n{\"src\": [\"tag:web\"], \"dst\": [\"tag:db\"], \"ip\": [\"443\"]}]"),
    (r#"grants { tag:web -> tag:db on 443 until "2027-12-30" until "2027-12-31"; }"#, "\"grants\": [\n// policy: until 2027-12-30\n// policy: until 2027-12-31\n{\"src\": [\"tag:web\"], \"dst\": [\"tag:db\"], \"ip\": [\"443\"]}]"),
    (r#"grants { } groups { group:eng = "a@example.com" until "2027-12-31"; }"#, "\"grants\": [], \"groups\": {\n// policy: until 2027-12-31\n\"group:eng\": [\"a@example.com\"]}"),
    (r#"grants { tag:web -> tag:db on 443 until "2001-01-01"; }"#, "\"grants\": [\n// policy: until 2001-01-01\n{\"src\": [\"tag:web\"], \"dst\": [\"tag:db\"], \"ip\": [\"443\"]}]"),
    // Ports and protocols
    ("grants { tag:web -> tag:db on 0; }", r#""grants": [{"src": ["tag:web"], "dst": ["tag:db"], "ip": ["0"]}]"#),
    ("grants { tag:web -> tag:db on tcp:65536; }", r#""grants": [{"src": ["tag:web"], "dst": ["tag:db"], "ip": ["tcp:65536"]}]"#),
    ("grants { tag:web -> tag:db on tcp:443-80; }", r#""grants": [{"src": ["tag:web"], "dst": ["tag:db"], "ip": ["tcp:443-80"]}]"#),
    ("grants { tag:web -> tag:db on 1-70000; }", r#""grants": [{"src": ["tag:web"], "dst": ["tag:db"], "ip": ["1-70000"]}]"#),
    ("grants { tag:web -> tag:db on tpc:443; }", r#""grants": [{"src": ["tag:web"], "dst": ["tag:db"], "ip": ["tpc:443"]}]"#),
    ("grants { tag:web -> tag:db on http:443; }", r#""grants": [{"src": ["tag:web"], "dst": ["tag:db"], "ip": ["http:443"]}]"#),
    ("grants { tag:web -> tag:db on tcp:https; }", r#""grants": [{"src": ["tag:web"], "dst": ["tag:db"], "ip": ["tcp:https"]}]"#),
    ("grants { tag:web -> tag:db on 300:*; }", r#""grants": [{"src": ["tag:web"], "dst": ["tag:db"], "ip": ["300:*"]}]"#),
    ("grants { tag:web -> tag:db on icmp:22; }", r#""grants": [{"src": ["tag:web"], "dst": ["tag:db"], "ip": ["icmp:22"]}]"#),
    ("acls { tag:web -> tag:db on 70000; }", r#""acls": [{"action": "accept", "src": ["tag:web"], "dst": ["tag:db:70000"]}]"#),
    ("acls { tag:web -> tag:db on 443-80; }", r#""acls": [{"action": "accept", "src": ["tag:web"], "dst": ["tag:db:443-80"]}]"#),
    ("acls { tag:web -> tag:db on tcpp:80; }", r#""acls": [{"action": "accept", "src": ["tag:web"], "dst": ["tag:db:80"], "proto": "tcpp"}]"#),
    ("acls { tag:web -> tag:ddb on 80; }", r#""acls": [{"action": "accept", "src": ["tag:web"], "dst": ["tag:ddb:80"]}]"#),
    ("acls { {\"action\": \"deny\", \"src\": [\"*\"], \"dst\": [\"*:*\"]}; }", r#""acls": [{"action": "deny", "src": ["*"], "dst": ["*:*"]}]"#),
    // Addresses
    (r#"grants { "10.0.0.0/33" -> tag:db on 80; }"#, r#""grants": [{"src": ["10.0.0.0/33"], "dst": ["tag:db"], "ip": ["80"]}]"#),
    (r#"grants { "10.0.0.256" -> tag:db on 80; }"#, r#""grants": [{"src": ["10.0.0.256"], "dst": ["tag:db"], "ip": ["80"]}]"#),
    (r#"grants { "010.0.0.1" -> tag:db on 80; }"#, r#""grants": [{"src": ["010.0.0.1"], "dst": ["tag:db"], "ip": ["80"]}]"#),
    (r#"grants { "fd00::/x" -> tag:db on 80; }"#, r#""grants": [{"src": ["fd00::/x"], "dst": ["tag:db"], "ip": ["80"]}]"#),
    (r#"grants { "10.0.0.1/8" -> tag:db on 80; }"#, r#""grants": [{"src": ["10.0.0.1/8"], "dst": ["tag:db"], "ip": ["80"]}]"#),
    (r#"hosts { a = "10.0.0.300"; }"#, r#""hosts": {"a": "10.0.0.300"}"#),
    (r#"hosts { a = "10.0.0.0/40"; }"#, r#""hosts": {"a": "10.0.0.0/40"}"#),
    (r#"hosts { a = "example.com"; }"#, r#""hosts": {"a": "example.com"}"#),
    (r#"hosts { a = "10.0.0.1,10.0.0.2"; }"#, r#""hosts": {"a": "10.0.0.1,10.0.0.2"}"#),
    // Durations
    (r#"ssh { check autogroup:member -> autogroup:self as "root" checkPeriod 200h; }"#, r#""ssh": [{"action": "check", "src": ["autogroup:member"], "dst": ["autogroup:self"], "users": ["root"], "checkPeriod": "200h"}]"#),
    (r#"ssh { check autogroup:member -> autogroup:self as "root" checkPeriod "-1m"; }"#, r#""ssh": [{"action": "check", "src": ["autogroup:member"], "dst": ["autogroup:self"], "users": ["root"], "checkPeriod": "-1m"}]"#),
    (r#"ssh { check autogroup:member -> autogroup:self as "root" checkPeriod 1d; }"#, r#""ssh": [{"action": "check", "src": ["autogroup:member"], "dst": ["autogroup:self"], "users": ["root"], "checkPeriod": "1d"}]"#),
    (r#"ssh { check autogroup:member -> autogroup:self as "root" checkPeriod 30s; }"#, r#""ssh": [{"action": "check", "src": ["autogroup:member"], "dst": ["autogroup:self"], "users": ["root"], "checkPeriod": "30s"}]"#),
    (r#"ssh { check autogroup:member -> autogroup:self as "root" checkPeriod "soon"; }"#, r#""ssh": [{"action": "check", "src": ["autogroup:member"], "dst": ["autogroup:self"], "users": ["root"], "checkPeriod": "soon"}]"#),
    // Conditions
    (r#"postures { posture:a = "node:os = 'macos'"; }"#, r#""postures": {"posture:a": ["node:os = 'macos'"]}"#),
    (r#"postures { posture:a = "os == 'macos'"; }"#, r#""postures": {"posture:a": ["os == 'macos'"]}"#),
    (r#"postures { posture:a = "node:os == macos"; }"#, r#""postures": {"posture:a": ["node:os == macos"]}"#),
    (r#"postures { posture:a = "node:os IN 'macos'"; }"#, r#""postures": {"posture:a": ["node:os IN 'macos'"]}"#),
    (r#"postures { posture:a = "node:oss == 'macos'"; }"#, r#""postures": {"posture:a": ["node:oss == 'macos'"]}"#),
    (r#"postures { posture:a = "node:os == 'mac'"; }"#, r#""postures": {"posture:a": ["node:os == 'mac'"]}"#),
    // Ip sets
    ("ipsets { ipset:a = ipset:a; }", r#""ipsets": {"ipset:a": ["add ipset:a"]}"#),
    ("ipsets { ipset:a = tag:web; }", r#""ipsets": {"ipset:a": ["add tag:web"]}"#),
    (r#"ipsets { ipset:a = "192.0.2.9-192.0.2.4"; }"#, r#""ipsets": {"ipset:a": ["add 192.0.2.9-192.0.2.4"]}"#),
    (r#"ipsets { ipset:a = "192.0.2.1-fd00::1"; }"#, r#""ipsets": {"ipset:a": ["add 192.0.2.1-fd00::1"]}"#),
    (r#"ipsets { "prod" = "10.0.0.1"; }"#, r#""ipsets": {"prod": ["add 10.0.0.1"]}"#),
    // Groups
    ("groups { group:a = tag:web; }", r#""groups": {"group:a": ["tag:web"]}"#),
    ("groups { group:a = group:b; group:b; }", r#""groups": {"group:a": ["group:b"], "group:b": []}"#),
    ("groups { group:a = nas; }", r#""groups": {"group:a": ["nas"]}"#),
    ("groups { group:a = autogroup:member; }", r#""groups": {"group:a": ["autogroup:member"]}"#),
    (r#"groups { group:a = "10.0.0.1"; }"#, r#""groups": {"group:a": ["10.0.0.1"]}"#),
    (r#"groups { "group:eng@example.com"; }"#, r#""groups": {"group:eng@example.com": []}"#),
    ("groups { group:a; group:a; }", r#""groups": {"group:a": [], "group:a": []}"#),
    // SSH
    (r#"ssh { accept * -> tag:web as "root"; }"#, r#""ssh": [{"action": "accept", "src": ["*"], "dst": ["tag:web"], "users": ["root"]}]"#),
    (r#"ssh { accept nas -> tag:web as "root"; }"#, r#""ssh": [{"action": "accept", "src": ["nas"], "dst": ["tag:web"], "users": ["root"]}]"#),
    (r#"ssh { accept group:eng -> nas as "root"; }"#, r#""ssh": [{"action": "accept", "src": ["group:eng"], "dst": ["nas"], "users": ["root"]}]"#),
    (r#"ssh { accept group:eng -> tag:web as "*"; }"#, r#""ssh": [{"action": "accept", "src": ["group:eng"], "dst": ["tag:web"], "users": ["*"]}]"#),
    ("ssh { accept group:eng -> tag:web; }", r#""ssh": [{"action": "accept", "src": ["group:eng"], "dst": ["tag:web"]}]"#),
    (r#"ssh { check tag:web -> tag:web as "root"; }"#, r#""ssh": [{"action": "check", "src": ["tag:web"], "dst": ["tag:web"], "users": ["root"]}]"#),
    (r#"ssh { accept tag:web -> autogroup:self as "root"; }"#, r#""ssh": [{"action": "accept", "src": ["tag:web"], "dst": ["autogroup:self"], "users": ["root"]}]"#),
    (r#"ssh { accept group:eng -> "b@example.com" as "root"; }"#, r#""ssh": [{"action": "accept", "src": ["group:eng"], "dst": ["b@example.com"], "users": ["root"]}]"#),
    (r#"ssh { accept group:eng -> tag:web as "root" checkPeriod 12h; }"#, r#""ssh": [{"action": "accept", "src": ["group:eng"], "dst": ["tag:web"], "users": ["root"], "checkPeriod": "12h"}]"#),
    (r#"ssh { accept group:eng -> tag:web as "root" acceptEnv "LD_*"; }"#, r#""ssh": [{"action": "accept", "src": ["group:eng"], "dst": ["tag:web"], "users": ["root"], "acceptEnv": ["LD_*"]}]"#),
    (r#"ssh { accept group:eng -> tag:web as "root" recorder autogroup:tagged; }"#, r#""ssh": [{"action": "accept", "src": ["group:eng"], "dst": ["tag:web"], "users": ["root"], "recorder": ["autogroup:tagged"]}]"#),
    (r#"ssh { accept group:eng -> tag:web as "root" enforceRecorder; }"#, r#""ssh": [{"action": "accept", "src": ["group:eng"], "dst": ["tag:web"], "users": ["root"], "enforceRecorder": true}]"#),
    // Tests
    ("tests { tag:web { accept tag:dbb:22; } }", r#""tests": [{"src": "tag:web", "accept": ["tag:dbb:22"]}]"#),
    ("tests { tag:wbe { accept tag:db:22; } }", r#""tests": [{"src": "tag:wbe", "accept": ["tag:db:22"]}]"#),
    ("tests { tag:web { accept tag:db:*; } }", r#""tests": [{"src": "tag:web", "accept": ["tag:db:*"]}]"#),
    ("tests { tag:web { accept tag:db:99999; } }", r#""tests": [{"src": "tag:web", "accept": ["tag:db:99999"]}]"#),
    (r#"tests { tag:web { accept "10.0.0.9"; } }"#, r#""tests": [{"src": "tag:web", "accept": ["10.0.0.9"]}]"#),
    ("tests { tag:web { deny autogroup:self:22; } }", r#""tests": [{"src": "tag:web", "deny": ["autogroup:self:22"]}]"#),
    ("tests { tag:web { accept tag:db:22; deny tag:db:22; } }", r#""tests": [{"src": "tag:web", "accept": ["tag:db:22"], "deny": ["tag:db:22"]}]"#),
    ("tests { tag:web { proto tcpp; accept tag:db:22; } }", r#""tests": [{"src": "tag:web", "proto": "tcpp", "accept": ["tag:db:22"]}]"#),
    ("tests { tag:web { proto tcp; } }", r#""tests": [{"src": "tag:web", "proto": "tcp"}]"#),
    (r#"tests { tag:web { accept tag:db:22; srcPostureAttrs {"node:os": ["macos"]}; } }"#, r#""tests": [{"src": "tag:web", "accept": ["tag:db:22"], "srcPostureAttrs": {"node:os": ["macos"]}}]"#),
    (r#"sshTests { tag:web -> tag:dbb { accept "root"; } }"#, r#""sshTests": [{"src": "tag:web", "dst": ["tag:dbb"], "accept": ["root"]}]"#),
    (r#"sshTests { tag:web -> tag:db { accept "*"; } }"#, r#""sshTests": [{"src": "tag:web", "dst": ["tag:db"], "accept": ["*"]}]"#),
    (r#"sshTests { tag:web -> tag:db { } }"#, r#""sshTests": [{"src": "tag:web", "dst": ["tag:db"]}]"#),
    // Tests that fail
    ("grants { tag:web -> tag:db on tcp:5432; } tests { tag:web { accept tag:db:22; } }", r#""grants": [{"src": ["tag:web"], "dst": ["tag:db"], "ip": ["tcp:5432"]}], "tests": [{"src": "tag:web", "accept": ["tag:db:22"]}]"#),
    ("acls { tag:web -> tag:db on 5432; } tests { tag:web { accept tag:db:22; } }", r#""acls": [{"action": "accept", "src": ["tag:web"], "dst": ["tag:db:5432"]}], "tests": [{"src": "tag:web", "accept": ["tag:db:22"]}]"#),
    ("grants { tag:web -> tag:db on tcp:53; } tests { tag:web { proto udp; accept tag:db:53; } }", r#""grants": [{"src": ["tag:web"], "dst": ["tag:db"], "ip": ["tcp:53"]}], "tests": [{"src": "tag:web", "proto": "udp", "accept": ["tag:db:53"]}]"#),
    ("grants { tag:web -> tag:db on 22; } tests { tag:web { deny tag:db:22; } }", r#""grants": [{"src": ["tag:web"], "dst": ["tag:db"], "ip": ["22"]}], "tests": [{"src": "tag:web", "deny": ["tag:db:22"]}]"#),
    ("grants { tag:db -> tag:web on 22; } tests { tag:web { accept tag:db:22; } }", r#""grants": [{"src": ["tag:db"], "dst": ["tag:web"], "ip": ["22"]}], "tests": [{"src": "tag:web", "accept": ["tag:db:22"]}]"#),
    ("grants { group:eng -> tag:db on 22; } tests { group:eng { accept tag:db:22; } }", r#""grants": [{"src": ["group:eng"], "dst": ["tag:db"], "ip": ["22"]}], "tests": [{"src": "group:eng", "accept": ["tag:db:22"]}]"#),
    (r#"grants { tag:web -> "10.1.0.0/16" on 22; } tests { tag:web { accept nas:22; } }"#, r#""grants": [{"src": ["tag:web"], "dst": ["10.1.0.0/16"], "ip": ["22"]}], "tests": [{"src": "tag:web", "accept": ["nas:22"]}]"#),
    (r#"grants { autogroup:member -> autogroup:self on 22; } tests { "a@example.com" { accept "b@example.com:22"; } }"#, r#""grants": [{"src": ["autogroup:member"], "dst": ["autogroup:self"], "ip": ["22"]}], "tests": [{"src": "a@example.com", "accept": ["b@example.com:22"]}]"#),
    (r#"postures { posture:a = "node:os == 'macos'"; } grants { tag:web -> tag:db on 22 srcPosture posture:a; } tests { tag:web { accept tag:db:22; srcPostureAttrs {"node:os": "linux"}; } }"#, r#""postures": {"posture:a": ["node:os == 'macos'"]}, "grants": [{"src": ["tag:web"], "dst": ["tag:db"], "ip": ["22"], "srcPosture": ["posture:a"]}], "tests": [{"src": "tag:web", "accept": ["tag:db:22"], "srcPostureAttrs": {"node:os": "linux"}}]"#),
    (r#"ssh { check group:eng -> tag:web as "root"; } sshTests { tag:db -> tag:web { accept "root"; } }"#, r#""ssh": [{"action": "check", "src": ["group:eng"], "dst": ["tag:web"], "users": ["root"]}], "sshTests": [{"src": "tag:db", "dst": ["tag:web"], "accept": ["root"]}]"#),
    (r#"ssh { accept autogroup:member -> tag:web as autogroup:nonroot; } sshTests { "a@example.com" -> tag:web { accept "root"; check "a"; deny "b"; } }"#, r#""ssh": [{"action": "accept", "src": ["autogroup:member"], "dst": ["tag:web"], "users": ["autogroup:nonroot"]}], "sshTests": [{"src": "a@example.com", "dst": ["tag:web"], "accept": ["root"], "check": ["a"], "deny": ["b"]}]"#),
    // Settings
    (r#"randomizeClientPort = "true";"#, r#""randomizeClientPort": "true""#),
    ("disableIPv4 = 1;", r#""disableIPv4": 1"#),
    ("randomiseClientPort = true;", r#""randomiseClientPort": true"#),
    (r#"OneCGNATRoute = "always";"#, r#""OneCGNATRoute": "always""#),
    (r#"derpMap = {"OmitDefaultRegions": "yes"};"#, r#""derpMap": {"OmitDefaultRegions": "yes"}"#),
    (r#"externalTailnets = {"acme": {"externalID": 1}};"#, r#""externalTailnets": {"acme": {"externalID": 1}}"#),
    // Approvers
    (r#"autoApprovers { routes { "10.0.0.1" = tag:web; } }"#, r#""autoApprovers": {"routes": {"10.0.0.1": ["tag:web"]}}"#),
    (r#"autoApprovers { routes { "10.0.0.0/8" = tag:ruoter; } }"#, r#""autoApprovers": {"routes": {"10.0.0.0/8": ["tag:ruoter"]}}"#),
    (r#"autoApprovers { routes { "0.0.0.0/0" = tag:web; } }"#, r#""autoApprovers": {"routes": {"0.0.0.0/0": ["tag:web"]}}"#),
    ("autoApprovers { exitNode = tag:exit; }", r#""autoApprovers": {"exitNode": ["tag:exit"]}"#),
    ("autoApprovers { exitNode = nas; }", r#""autoApprovers": {"exitNode": ["nas"]}"#),
    ("autoApprovers { services { svc:web = tag:k8s; } }", r#""autoApprovers": {"services": {"svc:web": ["tag:k8s"]}}"#),
    // Node attributes
    (r#"nodeAttrs { {"target": ["tag:web"]}; }"#, r#""nodeAttrs": [{"target": ["tag:web"]}]"#),
    (r#"nodeAttrs { tag:wbe attr "funnel"; }"#, r#""nodeAttrs": [{"target": ["tag:wbe"], "attr": ["funnel"]}]"#),
    (r#"nodeAttrs { * attr "funel"; }"#, r#""nodeAttrs": [{"target": ["*"], "attr": ["funel"]}]"#),
    (r#"nodeAttrs { * attr "https://tailscale.com/cap/is-admin"; }"#, r#""nodeAttrs": [{"target": ["*"], "attr": ["https://tailscale.com/cap/is-admin"]}]"#),
    (r#"nodeAttrs { * ipPool "10.0.0.0/8"; }"#, r#""nodeAttrs": [{"target": ["*"], "ipPool": ["10.0.0.0/8"]}]"#),
    (r#"nodeAttrs { * ipPool "100.80.0.1"; }"#, r#""nodeAttrs": [{"target": ["*"], "ipPool": ["100.80.0.1"]}]"#),
    // Capabilities
    (r#"grants { tag:web -> tag:db app {"drive": [{}]}; }"#, r#""grants": [{"src": ["tag:web"], "dst": ["tag:db"], "app": {"drive": [{}]}}]"#),
    (r#"grants { tag:web -> tag:db app {"tailscale.com/cap/funnel": [{}]}; }"#, r#""grants": [{"src": ["tag:web"], "dst": ["tag:db"], "app": {"tailscale.com/cap/funnel": [{}]}}]"#),
    (r#"grants { tag:web -> tag:db app {"example.com/cap/x": {}}; }"#, r#""grants": [{"src": ["tag:web"], "dst": ["tag:db"], "app": {"example.com/cap/x": {}}}]"#),
    (r#"grants { tag:web -> autogroup:internet app {"example.com/cap/x": [{}]}; }"#, r#""grants": [{"src": ["tag:web"], "dst": ["autogroup:internet"], "app": {"example.com/cap/x": [{}]}}]"#),
    (r#"grants { tag:web -> tag:db app {"tailscale.com/cap/drive": [{ shares: ["*"], acess: "rw" }]}; }"#, r#""grants": [{"src": ["tag:web"], "dst": ["tag:db"], "app": {"tailscale.com/cap/drive": [{"shares": ["*"], "acess": "rw"}]}}]"#),
    ("grants { tag:web -> tag:db; }", r#""grants": [{"src": ["tag:web"], "dst": ["tag:db"]}]"#),
];

/// Mistakes with longer messages in Rust, where a bare name may also be a user or a `let`.
const BARE_NAMES: &[(&str, &str)] = &[
    ("grants { nsa -> tag:web on 443; }", r#""grants": [{"src": ["nsa"], "dst": ["tag:web"], "ip": ["443"]}]"#),
    ("tests { printer { accept tag:web:22; } }", r#""tests": [{"src": "printer", "accept": ["tag:web:22"]}]"#),
];

type Said = (Code, String, Option<String>);

/// Returns the findings of a case in both languages.
fn said(rust: &str, hujson: &str) -> (Vec<Said>, Vec<Said>) {
    let (mut rust, mut members) = (rust.to_owned(), hujson.to_owned());
    for (section, in_rust, in_hujson) in DECLARED {
        if !hujson.contains(&format!("\"{section}\":")) {
            rust = format!("{in_rust} {rust}");
            members = format!("{in_hujson}, {members}");
        }
    }
    // The two languages have different ways to add facts, and only files can be migrated.
    let help = |finding: &Diagnostic<_>| match finding.code {
        Code::UnverifiableTest | Code::OldForm => None,
        _ => finding.help.as_ref().map(ToString::to_string),
    };
    let of_rust = findings(tokens(&rust)).into_iter().map(|finding| {
        let help = help(&finding.clone().map_origins(|_| ()));
        (finding.code, finding.message, help)
    });
    let policy = Policy { today: Today::read().date(), ..Policy::parse(format!("{{{members}}}")) };
    let of_file = group_by_cause(policy.check(), |origin| origin.file).into_iter().map(|finding| {
        let help = help(&finding.clone().map_origins(|_| ()));
        (finding.code, finding.message, help)
    });
    // A case does not use all declarations, and the two languages allow warnings in different ways.
    let matters = |(code, ..): &Said| !code.name().starts_with("unused-");
    let (mut of_rust, mut of_file): (Vec<Said>, Vec<Said>) =
        (of_rust.filter(matters).collect(), of_file.filter(matters).collect());
    of_rust.sort();
    of_file.sort();
    (of_rust, of_file)
}

#[test]
fn a_mistake_is_called_the_same_in_both_languages() {
    let mut failures = String::new();
    for (rust, hujson) in MISTAKES {
        let (of_rust, of_file) = said(rust, hujson);
        if of_file.is_empty() || of_rust != of_file {
            failures += &format!("{rust}\n  in Rust:   {of_rust:?}\n  in a file: {of_file:?}\n");
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn an_unknown_bare_name_has_the_same_code_in_both_languages() {
    for (rust, hujson) in BARE_NAMES {
        let (of_rust, of_file) = said(rust, hujson);
        let codes = |said: &[Said]| said.iter().map(|(code, ..)| *code).collect::<Vec<_>>();
        assert_eq!(codes(&of_rust), [Code::UndefinedHost], "{rust}");
        assert_eq!(codes(&of_file), [Code::UndefinedHost], "{rust}");
    }
}

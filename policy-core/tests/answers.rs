//! Tests of Tailscale's answer to a policy, for every known rule: acceptance, or the exact message.
//! If Tailscale refuses a policy with an unknown message, ours is expected.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

use policy_core::{Policy, check};

const ACCEPTED: &str = "accepted";

/// Returns a policy with some declared names.
fn policy(rest: &str) -> String {
    format!(
        r#"{{
            "groups": {{"group:admins": ["odin@example.com"], "group:empty": []}},
            "hosts": {{"webserver": "100.64.0.16", "internal": "10.0.0.0/8"}},
            "tagOwners": {{"tag:server": ["odin@example.com"], "tag:router": [], "tag:prod": []}},
            "ipsets": {{"ipset:a": ["10.0.0.0/8"]}},
            "postures": {{"posture:p": ["node:os == 'macos'"]}},
            {rest}
        }}"#
    )
}

fn grant(src: &str, dst: &str, ip: &str) -> String {
    policy(&format!(r#""grants": [{{"src": [{src}], "dst": [{dst}], "ip": [{ip}]}}]"#))
}

fn acl(src: &str, dst: &str, more: &str) -> String {
    policy(&format!(r#""acls": [{{"action": "accept", "src": [{src}], "dst": [{dst}]{more}}}]"#))
}

fn ssh(src: &str, dst: &str, users: &str, more: &str) -> String {
    policy(&format!(r#""ssh": [{{"action": "accept", "src": {src}, "dst": {dst}, "users": {users}{more}}}]"#))
}

fn node_attr(entry: &str) -> String {
    policy(&format!(r#""nodeAttrs": [{entry}]"#))
}

fn tested(test: &str) -> String {
    policy(&format!(r#""grants": [{{"src": ["*"], "dst": ["*"], "ip": ["*"]}}], "tests": [{test}]"#))
}

/// Returns a test that denies access that a rule may allow.
fn denied(target: &str, allowed: &str) -> String {
    let tests = format!(r#""tests": [{{"src": "odin@example.com", "deny": ["{target}"]}}]"#);
    policy(&format!(r#""acls": [{{"action": "accept", "src": ["odin@example.com"], "dst": ["{allowed}"]}}], {tests}"#))
}

fn ssh_tested(test: &str) -> String {
    let rule = r#"{"action": "accept", "src": ["odin@example.com"], "dst": ["tag:server"], "users": ["root"]}"#;
    policy(&format!(r#""ssh": [{rule}], "sshTests": [{test}]"#))
}

#[test]
fn the_answer_is_tailscales() {
    let rows: Vec<(String, &str)> = vec![
        // grants
        (grant(r#""tag:x""#, r#""*""#, r#""*""#), r#"src=tag not found: "tag:x""#),
        (acl(r#""*""#, r#""tag:x:22""#, ""), r#"dst="tag:x": tag not found: "tag:x""#),
        (acl(r#""*""#, r#""autogroup:self""#, ""), r#"dst="autogroup:self": port range "self": invalid first integer"#),
        (acl(r#""*""#, r#""tag:server:ssh""#, ""), r#"dst="tag:server:ssh": port range "ssh": invalid first integer"#),
        (acl(r#""*""#, r#""tag:server:022""#, ""), ACCEPTED),
        (acl(r#""*""#, r#""fd7a:115c:a1e0::1/128:22""#, ""), ACCEPTED),
        (acl(r#""*""#, r#""[fd7a:115c:a1e0::1]:22""#, ""), ACCEPTED),
        (acl(r#""*""#, r#""*:*""#, r#", "proto": "icmp""#), ACCEPTED),
        (acl(r#""*""#, r#""*:*""#, r#", "proto": "TCP""#), ACCEPTED),
        (acl(r#""*""#, r#""*:*""#, r#", "proto": """#), ACCEPTED),
        (acl(r#""autogroup:self""#, r#""*:*""#, ""), r#""autogroup:self" not valid on the src side of a rule"#),
        (acl(r#""autogroup:member","tag:server""#, r#""autogroup:self:*""#, ""), "autogroup:self can only be used with users, groups, or supported autogroups"),
        (acl(r#""*""#, r#""autogroup:self:*""#, ""), ACCEPTED),
        (grant(r#""*""#, r#""autogroup:self""#, r#""*""#), "autogroup:self can only be used with users, groups, or supported autogroups"),
        (grant(r#""webserver""#, r#""autogroup:self""#, r#""*""#), "autogroup:self can only be used with users, groups, or supported autogroups"),
        (grant(r#""autogroup:tagged""#, r#""autogroup:self""#, r#""*""#), "autogroup:self can only be used with users, groups, or supported autogroups"),
        (grant(r#""autogroup:admin","odin@example.com","group:admins","user:*@example.com""#, r#""autogroup:self", "tag:server""#, r#""*""#), ACCEPTED),
        (grant(r#""*""#, r#""autogroup:danger-all""#, r#""*""#), "cannot use autogroup:danger-all as a dst"),
        (acl(r#""*""#, r#""autogroup:danger-all:*""#, ""), "cannot use autogroup:danger-all as a dst"),
        (grant(r#""autogroup:danger-all""#, r#""*""#, r#""*""#), ACCEPTED),
        (grant(r#""*""#, r#""0.0.0.0/0""#, r#""*""#), r#"dst "0.0.0.0/0": to allow all IP addresses, use "*" or "autogroup:internet""#),
        (grant(r#""*""#, r#""::/0""#, r#""*""#), r#"dst "::/0": to allow all IP addresses, use "*" or "autogroup:internet""#),
        (grant(r#""*""#, r#""tag:server""#, r#""icmp""#), r#"port range "icmp": invalid first integer"#),
        (grant(r#""*""#, r#""tag:server""#, r#""tcp:0""#), r#"port range "0": first port must be >0, or use '*' for wildcard"#),
        (grant(r#""*""#, r#""tag:server""#, r#""*:*", "*:443", "47", "47:*", "TCP:22""#), ACCEPTED),
        (grant(r#""*""#, r#""tag:server""#, r#""tcp:""#), r#"invalid port list: """#),
        (grant(r#""*""#, r#""tag:server""#, r#"":80""#), "there is no protocol before the colon"),
        (grant(r#""*""#, r#""tag:server""#, r#""""#), "a port is missing"),
        (grant(r#""*""#, r#""tag:server""#, ""), "ip and app can not both be empty"),
        (policy(r#""grants": [{"src": ["*"], "dst": ["*"], "app": {}}]"#), "ip and app can not both be empty"),
        (policy(r#""grants": [{"src": ["*"], "dst": ["*"], "app": null, "ip": null}]"#), "ip and app can not both be empty"),
        (policy(r#""grants": [{"src": ["*"], "dst": ["*"]}]"#), "ip and app can not both be empty"),
        (policy(r#""grants": [{"src": [], "dst": ["*"], "ip": ["*"]}, {"src": ["*"], "dst": [], "ip": ["*"]}, {"src": null, "ip": ["*"], "via": null}]"#), ACCEPTED),
        (policy(r#""grants": [{"src": ["*"], "dst": ["*"], "app": {"example.com/a": []}}]"#), ACCEPTED),
        (policy(r#""grants": [{"src": ["*"], "dst": ["*"], "app": {"https://tailscale.com/cap/x": [{}]}}]"#), "capability name must have the form {domain}/{path}"),
        (policy(r#""grants": [{"src": ["*"], "dst": ["*"], "app": {"tailscale.com/cap/relay-target": [{}]}}]"#), "capability name must not be in the tailscale.com domain"),
        (policy(r#""grants": [{"src": ["*"], "dst": ["*"], "app": {"tailscale.com/cap/drive": [{}], "tailscale.com/cap/webui": [{}], "tailscale.com/cap/relay": [{}], "tailscale.com/cap/kubernetes": [{}], "tailscale.com/cap/tsidp": [{}], "tailscale.com/cap/secrets": [{}], "tailscale.com/cap/golink": [{}], "tailscale.com/cap/tailsql": [{}]}}]"#), ACCEPTED),
        (policy(r#""grants": [{"src": ["*"], "dst": ["autogroup:internet"], "app": {"example.com/a": []}, "ip": ["*"]}]"#), "cannot use app grants with autogroup:internet"),
        (policy(r#""grants": [{"src": ["*"], "dst": ["*"], "ip": ["*"], "via": ["tag:nope"]}]"#), r#"tag "tag:nope" not found"#),
        (policy(r#""grants": [{"src": ["*"], "dst": ["*"], "ip": ["*"], "via": ["autogroup:member"]}]"#), r#"via can only be a tag"#),
        (policy(r#""grants": [{"src": ["*"], "dst": ["*"], "ip": ["*"], "via": ["webserver"]}]"#), r#"via can only be a tag"#),
        (policy(r#""grants": [{"src": ["*"], "dst": ["*"], "ip": ["*"], "via": ["zzz"]}]"#), r#"via can only be a tag"#),
        (policy(r#""grants": [{"src": ["*"], "dst": ["*"], "ip": ["*"], "via": [""]}]"#), r#"via can only be a tag"#),
        (policy(r#""grants": [{"src": ["*"], "dst": ["*"], "ip": ["*"], "via": ["autogroup:zzz"]}]"#), r#"via can only be a tag"#),
        (policy(r#""grants": [{"src": ["*"], "dst": ["10.0.0.0/8"], "ip": ["*"], "via": ["tag:router"], "app": {"example.com/x": [{}]}}]"#), ACCEPTED),
        (grant(r#""nope@example.com""#, r#""*""#, r#""*""#), ACCEPTED),
        // acl actions
        (policy(r#""acls": [{"action": "deny", "src": ["*"], "dst": ["*:*"]}]"#), r#"action="deny" is not supported"#),
        (policy(r#""acls": [{"action": "Accept", "src": ["*"], "dst": ["*:*"]}]"#), r#"action="Accept" is not supported"#),
        (policy(r#""ACLs": [{"Action": "accept", "Users": ["*"], "Ports": ["*:*"]}]"#), ACCEPTED),
        (policy(r#""acls": null, "grants": null, "ssh": null, "tests": null, "sshTests": null, "nodeAttrs": null, "autoApprovers": null, "derpMap": null, "randomizeClientPort": null, "defaultSrcPosture": null"#), ACCEPTED),
        (r#"{"groups": null, "hosts": null, "tagOwners": null, "ipsets": null, "postures": null}"#.to_owned(), ACCEPTED),
        // groups
        (r#"{"groups": {"group:a": ["group:b"], "group:b": ["group:a"]}}"#.to_owned(), r#"groups["group:b"]: "group:a": group members cannot be recursive"#),
        (r#"{"groups": {"group:a": ["group:b"], "group:b": ["group:c"], "group:c": ["odin@example.com"]}}"#.to_owned(), r#"groups["group:b"]: "group:c": group members cannot be recursive"#),
        (r#"{"groups": {"group:outer": ["group:inner"], "group:inner": []}}"#.to_owned(), r#"groups["group:outer"]: "group:inner": group members cannot be recursive"#),
        (r#"{"groups": {"group:a": ["group:a"]}}"#.to_owned(), r#"groups["group:a"]: "group:a": group members cannot be recursive"#),
        // tagOwners
        (r#"{"tagOwners": {"tag:a": ["tag:b"], "tag:b": ["tag:a"], "tag:c": ["tag:c"]}}"#.to_owned(), ACCEPTED),
        (r#"{"tagOwners": {"tag:сервер": []}}"#.to_owned(), r#"tagOwners["tag:сервер"]: tag names must start with a letter, after 'tag:'"#),
        (r#"{"tagOwners": {"tag:": []}}"#.to_owned(), r#"tagOwners["tag:"]: tag names must not be empty"#),
        (r#"{"tagOwners": {"server": []}}"#.to_owned(), r#"tagOwners["server"]: tags must start with 'tag:'"#),
        (r#"{"tagOwners": {"tag:a_b": []}}"#.to_owned(), r#"tagOwners["tag:a_b"]: tag names can only contain numbers, letters, or dashes"#),
        (r#"{"tagOwners": {"tag:a": ["autogroup:member", "autogroup:admin", "autogroup:tagged", "group:x@example.com"]}}"#.to_owned(), ACCEPTED),
        // ssh
        (ssh(r#"["odin@example.com"]"#, r#"["tag:server"]"#, r#"["root"]"#, ""), ACCEPTED),
        (ssh(r#"["odin@example.com"]"#, r#"["webserver"]"#, r#"["root"]"#, ""), r#"invalid dst "webserver""#),
        (ssh(r#"["odin@example.com"]"#, r#"["internal"]"#, r#"["root"]"#, ""), r#"invalid dst "internal""#),
        (ssh(r#"["odin@example.com"]"#, r#"["nope"]"#, r#"["root"]"#, ""), "`nope` cannot be a destination of an SSH rule"),
        (ssh(r#"["group:empty"]"#, r#"["tag:server"]"#, r#"["root"]"#, ""), ACCEPTED),
        (ssh(r#"[" odin@example.com\t"]"#, r#"["\ttag:server "]"#, r#"[" root "]"#, ""), ACCEPTED),
        (ssh(r#"["odin@example.com"]"#, r#"["tag:server"]"#, r#"[]"#, ""), "users must be specified"),
        (ssh(r#"["odin@example.com"]"#, r#"["tag:server"]"#, r#"null"#, ""), "users must be specified"),
        (ssh(r#"["odin@example.com"]"#, r#"["tag:server"]"#, r#"["root", ""]"#, ""), r#"user "" is not valid"#),
        (ssh(r#"["odin@example.com"]"#, r#"["tag:server"]"#, r#"[" "]"#, ""), r#"user "" is not valid"#),
        (ssh(r#"["odin@example.com"]"#, r#"["tag:server"]"#, r#"["*"]"#, ""), r#"user "*" is not valid"#),
        (ssh(r#"["odin@example.com"]"#, r#"["tag:server"]"#, r#"["root","*"]"#, ""), r#"user "*" is not valid"#),
        (ssh(r#"["odin@example.com"]"#, r#"["tag:server"]"#, r#"["autogroup:member","autogroup:self","autogroup:internet","autogroup:tagged","autogroup:xyz","group:foo","tag:foo","localpart:","localpart:foo","localpart:*@","localpart:foo@example.com","🚀","مرحبا"]"#, ""), ACCEPTED),
        (ssh(r#"[]"#, r#"["tag:server"]"#, r#"["root"]"#, ""), ACCEPTED),
        (ssh(r#"null"#, r#"null"#, r#"["root"]"#, ""), ACCEPTED),
        (ssh(r#"["tag:server"]"#, r#"["tag:server"]"#, r#"["root"]"#, ""), ACCEPTED),
        (ssh(r#"["autogroup:tagged"]"#, r#"["autogroup:tagged"]"#, r#"["root"]"#, ""), ACCEPTED),
        (ssh(r#"["odin@example.com"]"#, r#"["odin@example.com"]"#, r#"["root"]"#, ""), ACCEPTED),
        (ssh(r#"["odin@example.com"]"#, r#"["tag:server"]"#, r#"["root"]"#, r#", "acceptEnv": ["A", ""]"#), "acceptEnv values cannot be empty"),
        (ssh(r#"["odin@example.com"]"#, r#"["tag:server"]"#, r#"["root"]"#, r#", "acceptEnv": ["**", "*X", "X*Y", "*X*", "[a"]"#), ACCEPTED),
        (ssh(r#"["odin@example.com"]"#, r#"["tag:server"]"#, r#"["root"]"#, r#", "acceptEnv": null, "checkPeriod": null"#), ACCEPTED),
        (ssh(r#"["odin@example.com"]"#, r#"["tag:server"]"#, r#"["root"]"#, r#", "checkPeriod": "abc""#), r#"time: invalid duration "abc""#),
        (ssh(r#"["odin@example.com"]"#, r#"["tag:server"]"#, r#"["root"]"#, r#", "checkPeriod": "-1m""#), "checkPeriod -1m0s must be a positive duration"),
        (ssh(r#"["odin@example.com"]"#, r#"["tag:server"]"#, r#"["root"]"#, r#", "checkPeriod": "168h0m1s""#), "checkPeriod 168h0m1s is above the max (168h)"),
        (ssh(r#"["odin@example.com"]"#, r#"["tag:server"]"#, r#"["root"]"#, r#", "checkPeriod": "200h""#), "checkPeriod 200h0m0s is above the max (168h)"),
        (ssh(r#"["odin@example.com"]"#, r#"["tag:server"]"#, r#"["root"]"#, r#", "checkPeriod": "168h""#), ACCEPTED),
        (ssh(r#"["odin@example.com"]"#, r#"["tag:server"]"#, r#"["root"]"#, r#", "checkPeriod": "0s""#), ACCEPTED),
        (ssh(r#"["odin@example.com"]"#, r#"["tag:server"]"#, r#"["root"]"#, r#", "checkPeriod": "always""#), ACCEPTED),
        (ssh(r#"["odin@example.com"]"#, r#"["tag:server"]"#, r#"["root"]"#, r#", "checkPeriod": "1.5h""#), ACCEPTED),
        (ssh(r#"["odin@example.com"]"#, r#"["tag:server"]"#, r#"["root"]"#, r#", "checkPeriod": "12""#), r#"time: missing unit in duration "12""#),
        (ssh(r#"["odin@example.com"]"#, r#"["tag:server"]"#, r#"["root"]"#, r#", "checkPeriod": "1d""#), r#"time: unknown unit "d" in duration "1d""#),
        (ssh(r#"["odin@example.com"]"#, r#"["tag:server"]"#, r#"["root"]"#, r#", "checkPeriod": "-12h30m1.5s""#), "checkPeriod -12h30m1.5s must be a positive duration"),
        (policy(r#""ssh": [{"action": "deny", "src": ["odin@example.com"], "dst": ["tag:server"], "users": ["root"]}]"#), r#""deny" is not a valid action"#),
        (policy(r#""ssh": [{"action": " check ", "src": ["odin@example.com"], "dst": ["tag:server"], "users": ["root"]}]"#), ACCEPTED),
        (policy(r#""ssh": [{"action": "", "src": ["odin@example.com"], "dst": ["tag:server"], "users": ["root"]}]"#), r#"action must be specified"#),
        (policy(r#""ssh": [{"action": " ", "src": ["odin@example.com"], "dst": ["tag:server"], "users": ["root"]}]"#), r#"action must be specified"#),
        (policy(r#""ssh": [{"src": ["odin@example.com"], "dst": ["tag:server"], "users": ["root"]}]"#), r#"action must be specified"#),
        (policy(r#""ssh": [{"action": "ACCEPT", "src": ["odin@example.com"], "dst": ["tag:server"], "users": ["root"]}]"#), r#""ACCEPT" is not a valid action"#),
        // nodeAttrs
        (node_attr(r#"{"target": ["autogroup:self"], "attr": ["funnel"]}"#), "internal server error"),
        (node_attr(r#"{"target": ["%bogus%"], "attr": ["funnel"]}"#), r#""%bogus%": invalid address"#),
        (node_attr(r#"{"target": ["tag:undefined-tag"], "attr": ["funnel"]}"#), r#"tag not found: "tag:undefined-tag""#),
        (node_attr(r#"{"target": ["*"], "ipPool": ["100.100.100.0/24"]}"#), r#"IPPool(100.100.100.0/24): network within reserved range"#),
        (node_attr(r#"{"target": ["*"]}"#), ACCEPTED),
        (node_attr(r#"{}"#), ACCEPTED),
        (node_attr(""), ACCEPTED),
        (node_attr(r#"{"target": [], "attr": ["funnel"]}"#), ACCEPTED),
        (node_attr(r#"{"target": ["*"], "attr": ["", "totally-unknown", "https://tailscale.com/cap/is-admin"]}"#), ACCEPTED),
        (node_attr(r#"{"target": ["*","odin@example.com","group:admins","tag:server","autogroup:member","autogroup:admin","autogroup:tagged","webserver","internal","10.0.0.0/8","100.64.0.1"], "attr": ["funnel"]}"#), ACCEPTED),
        (node_attr(r#"{"target": ["*"], "app": {"tailscale.com/app-connectors": []}}"#), ACCEPTED),
        (node_attr(r#"{"target": ["*"], "app": {"tailscale.com/app-connectors": [{"name": "x", "connectors": ["tag:server"], "domains": ["a.com"]}]}}"#), ACCEPTED),
        // tests
        (tested(r#"{"src": "odin@example.com", "accept": ["webserver:22"]}"#), ACCEPTED),
        (tested(r#"{"src": "odin@example.com"}"#), "test(s) failed"),
        (tested(r#"{"src": "odin@example.com", "accept": [], "deny": []}"#), "test(s) failed"),
        (tested(r#"{"src": "", "accept": ["webserver:22"]}"#), "test(s) failed"),
        (tested(r#"{"accept": ["webserver:22"]}"#), "test(s) failed"),
        (tested(r#"{"src": "odin@example.com", "accept": ["webserver:ssh"]}"#), "test(s) failed"),
        (tested(r#"{"src": "odin@example.com", "accept": ["webserver"]}"#), "test(s) failed"),
        (tested(r#"{"src": "odin@example.com", "accept": ["internal:22"]}"#), "test(s) failed"),
        (tested(r#"{"src": "odin@example.com", "accept": ["10.0.0.0/8:22"]}"#), "test(s) failed"),
        (tested(r#"{"src": "odin@example.com", "deny": ["10.0.0.0/8:22"]}"#), "the prefix `10.0.0.0/8` cannot be the target of a test"),
        (tested(r#"{"src": "odin@example.com", "deny": ["webserver:*"]}"#), "a test probes one port, not all"),
        (denied("10.0.0.0/8:22", "10.0.0.0/8:22"), "test(s) failed"),
        (denied("autogroup:internet:*", "autogroup:internet:*"), "test(s) failed"),
        (denied("webserver:*", "webserver:22"), "a test probes one port, not all"),
        (tested(r#"{"src": "odin@example.com", "accept": ["autogroup:internet:443"]}"#), "test(s) failed"),
        (tested(r#"{"src": "tag:server", "accept": ["autogroup:self:443"]}"#), "test(s) failed"),
        (tested(r#"{"src": "odin@example.com", "accept": ["*:443"]}"#), "test(s) failed"),
        (tested(r#"{"src": "odin@example.com", "accept": ["[fd7a:115c:a1e0::1]:443"]}"#), ACCEPTED),
        (tested(r#"{"src": "odin@example.com", "proto": "bogus", "accept": ["webserver:443"]}"#), "test(s) failed"),
        (tested(r#"{"src": "nope", "accept": ["webserver:443"]}"#), "test(s) failed"),
        (tested(r#"{"src": "tag:nope", "accept": ["webserver:443"]}"#), "test(s) failed"),
        (tested(r#"{"src": "autogroup:nope", "accept": ["webserver:443"]}"#), "test(s) failed"),
        (tested(r#"{"user": "odin@example.com", "allow": ["webserver:443"]}"#), ACCEPTED),
        // sshTests
        (ssh_tested(r#"{"src": "odin@example.com", "dst": ["tag:server"], "accept": ["root"]}"#), ACCEPTED),
        (ssh_tested(r#"{"src": "odin@example.com", "dst": ["autogroup:internet"], "accept": ["root"]}"#), r#"SSH tests dst contains disallowed element "autogroup:internet""#),
        (ssh_tested(r#"{"src": "odin@example.com", "dst": ["10.0.0.0/8"], "accept": ["root"]}"#), r#"SSH tests dst contains disallowed element "10.0.0.0/8""#),
        (ssh_tested(r#"{"src": "odin@example.com", "dst": ["tag:server:22"], "accept": ["root"]}"#), r#"SSH tests dst contains unknown tag "tag:server:22""#),
        (ssh_tested(r#"{"src": "odin@example.com", "dst": ["webserver:22"], "accept": ["root"]}"#), "`webserver:22` is not a valid selector"),
        (ssh_tested(r#"{"src": "odin@example.com", "dst": ["tag:nope"], "accept": ["root"]}"#), r#"SSH tests dst contains unknown tag "tag:nope""#),
        (ssh_tested(r#"{"src": "odin@example.com", "dst": ["*"], "accept": ["root"]}"#), "`*` cannot be a destination of an SSH test"),
        (ssh_tested(r#"{"src": "odin@example.com", "dst": ["tag:server"], "accept": []}"#), "test(s) failed"),
        (ssh_tested(r#"{"src": "odin@example.com", "dst": ["tag:server"], "accept": [""]}"#), "test(s) failed"),
        (ssh_tested(r#"{"src": "", "dst": ["tag:server"], "accept": ["root"]}"#), "an SSH test needs a source"),
        // approvers
        (policy(r#""autoApprovers": {"routes": {"0.0.0.0/0": ["tag:server"], "10.0.0.0/8": ["odin@example.com","group:admins","autogroup:member"]}, "exitNode": ["tag:router"]}"#), ACCEPTED),
    ];
    let wrong: Vec<String> = rows
        .iter()
        .filter_map(|(text, expected)| {
            let findings = check::check(&Policy::parse(text.as_str()));
            let answer = check::rejection(&findings).unwrap_or(ACCEPTED.into());
            (answer != *expected).then(|| format!("{text}\n  is:        {answer}\n  should be: {expected}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

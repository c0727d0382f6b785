//! `except` wherever Tailscale can express it: what is left is written out.

#![deny(warnings)]

mod tailnet {
    policy_macros::policy! {
        users {
            alice = "alice@example.com", owner;
            bob = "bob@example.com", member;
            carol = "carol@example.com", member;
        }

        let servers = tag:web, tag:db, tag:cache;
        let stateless = servers except tag:db;

        groups {
            group:eng = alice, bob, carol;
            group:oncall = group:eng except bob;
        }
        hosts { lan = "192.168.0.0/16"; printer = "192.168.1.20"; }
        ipsets { ipset:lab = "192.168.4.0/24", remove "192.168.4.7"; }
        tagOwners {
            tag:web = group:eng except alice;
            tag:db, tag:cache;
        }

        grants {
            group:oncall except carol -> stateless on 443;
            tag:web -> ipset:lab, printer except "192.168.4.0/25" on 80;
            group:eng -> lan except "192.168.0.0/17" on 22;
            carol -> tag:db on 5432;
            carol -> tag:web on 443;
        }
        ssh { accept group:eng except group:oncall -> servers except tag:db, tag:cache as "root"; }
        nodeAttrs { group:eng, tag:web except alice attr "funnel"; }
        tests {
            bob { deny tag:web:443, tag:db:5432; }
            carol { accept tag:web:443; }
            tag:web { accept "192.168.4.200:80", printer:80; deny "192.168.4.7:80", "192.168.4.100:80"; }
        }
        invariants { never bob -> servers on 443; }
    }
}

#[test]
fn passes() {
    let policy = &tailnet::POLICY;
    let words = |list: &[policy_core::model::Selector]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
    let grants = policy.grants.as_deref().unwrap();
    assert_eq!(words(&policy.groups[1].members), ["alice@example.com", "carol@example.com"]);
    assert_eq!(words(&grants[0].src), ["alice@example.com"]);
    assert_eq!(words(&grants[0].dst), ["tag:web", "tag:cache"]);
    assert_eq!(words(&grants[1].dst), ["192.168.4.128/25", "printer"]);
    assert_eq!(words(&grants[2].dst), ["192.168.128.0/17"]);
    assert_eq!(words(&policy.ssh[0].src), ["bob@example.com"]);
    assert_eq!(words(&policy.ssh[0].dst), ["tag:web"]);
    assert_eq!(words(&policy.node_attrs[0].target), ["bob@example.com", "carol@example.com", "tag:web"]);
    assert_eq!(words(&policy.tag_owners[0].owners), ["bob@example.com", "carol@example.com"]);
}

//! Loops over names at every level, and what is printed of them.

#![deny(warnings)]

mod tailnet {
    policy_macros::policy! {
        for svc in [kiwix, feed] {
            //! --- ${svc} ---
            let $svc-ports = 443, tcp:8080;
            tagOwners {
                /// The ${svc} server
                tag:$svc = autogroup:admin;
            }
            grants { autogroup:member -> tag:$svc on $svc-ports; }
        }
        hosts {
            for (name, last) in [(printer, 20), (scanner, 21)] { $name = "192.168.1.${last}"; }
        }
        groups { group:none; }
        grants {
            #[allow(idle_rule, reason = "nobody yet")]
            group:none -> printer, scanner on 631;
            for to in [tag:feed, "192.0.2.0/24"] {
                for (proto, port) in [(tcp, 53), (udp, 53)] { tag:kiwix -> $to on $proto:$port; }
            }
        }
        tests {
            tag:kiwix {
                for svc in [feed] { accept tag:$svc:53; }
                deny tag:feed:54;
            }
        }
    }
}

#[test]
fn passes() {
    assert_eq!(
        (tailnet::tag::kiwix.to_string(), tailnet::tag::feed.to_string()),
        ("tag:kiwix".into(), "tag:feed".into())
    );
    let count = |part: &str| tailnet::HUJSON.matches(part).count();
    assert_eq!(count("// The kiwix server"), 1);
    assert_eq!(count("// --- feed ---"), 1);
    assert_eq!(count("udp:53"), 2);
    assert_eq!(count("192.168.1.21"), 1);
}

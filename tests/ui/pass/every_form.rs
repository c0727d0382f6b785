//! Every section, setting, clause and form of the language once, in a policy that Tailscale would take.

#![deny(warnings)]

mod tailnet {
    policy_macros::policy! {
        //! Every form once. Nobody's real policy.

        users {
            /// Owns it all
            olga = "olga@example.com", owner;
            pia = "pia@example.com", it-admin;
            guest = "guest@github";
        }
        devices {
            /// In the cellar
            nas = tag:nas, "100.64.0.9", "fd7a:115c:a1e0::9", "10.20.0.0/16";
            laptop = pia;
        }

        capabilities {
            /// What may be done
            "example.com/cap/x" {
                /// As whom
                role: "reader" | "writer";
                "a b"?: [{ only: "this"; rows: int; rate?: number; is-on: bool; }];
            }
        }

        let people = olga, pia, "guest@github";
        let staff = people, autogroup:it-admin;
        let web = 80, 443, tcp:8000-8999;
        let all = web, udp:*, ipv6-icmp:*, 47:*;

        defaultSrcPosture = posture:patched;
        randomizeClientPort = true;
        disableIPv4 = false;
        OneCGNATRoute = "mac-always";
        attrConfig = { "custom:tier": { "type": "string", "allowSetByNode": true, "broadcastToPeers": ["tag:nas"] } };
        derpMap = {
            "OmitDefaultRegions": false,
            "Regions": {
                //! Ours alone
                "1": null,
                /// In the next village
                "900": { "RegionID": 900, "RegionCode": "here", "Nodes": [{ "Name": "a", "RegionID": 900, "HostName": "derp.example.com", "STUNPort": -1 }] },
            },
        };

        #[allow(unused_group, until = "2999-12-31", reason = "every form of a declaration")]
        groups { group:staff = people; group:empty; "group:1e-team" = "o'brien@example.com"; }
        hosts { web-1 = "100.64.0.16"; lab = "10.0.0.0/8"; "db.prod" = "2001:db8::1"; "on" = "10.9.9.9"; }
        ipsets {
            ipset:public = autogroup:internet, remove "192.0.2.240/28", remove web-1;
            ipset:prod = "192.0.2.0/24", "192.0.2.4-192.0.2.12", lab, ipset:public;
        }
        postures {
            posture:patched = "node:tsVersion >= '1.40'";
            posture:managed = "node:os IN ['macos', 'linux']", "custom:mdm == true";
        }

        /// Who may hand out which tag
        tagOwners {
            /// Storage
            tag:nas = staff;
            tag:router, tag:k8s-2, tag:exit = group:staff, autogroup:admin;
            tag:x--y, tag:rec = tag:nas;
            tag:type;
            tag:self;
        }

        grants {
            autogroup:admin -> * on *;
            //! --- What people use ---
            people -> tag:nas on web;
            "user:*@example.com", group:staff -> tag:x--y, tag:k8s-2, on all, 5252;
            autogroup:member -> "10.20.0.0/16" on 443 via tag:router srcPosture posture:managed, posture:patched;
            autogroup:member -> autogroup:internet on * via tag:exit;
            autogroup:member -> autogroup:self on 22;
            autogroup:member -> ipset:prod, svc:wiki on 443;
            autogroup:danger-all -> tag:x--y on tcp:443;
            pia -> tag:nas app { "tailscale.com/cap/drive": [{ "shares": ["*"], "access": "rw" }], "example.com/cap/x": [] };
            tag:k8s-2 ->
                /// the old one
                web-1,
                /// the new one
                "fd7a:115c:a1e0::/48", "on", "db.prod",
                on 22, 80-443;
            {"src": ["tag:nas"], "dst": ["tag:nas"], "ip": ["*"]} until "2999-12-31";
        }
        #[allow(old_form, reason = "every section")]
        acls {
            staff -> tag:nas on 5432 and tag:x--y, tag:type on 80, 443 and "fd00::1", "2001:db8::/32" on 22 srcPosture posture:managed;
            * -> web-1 on udp:53, udp:5353 until "2999-12-31";
            tag:self -> * on icmp:*;
            tag:self -> tag:nas on 6:22-23;
        }
        ssh {
            check staff -> autogroup:self as autogroup:nonroot, "localpart:*@example.com", "root" checkPeriod always acceptEnv "GIT_*", "LANG";
            check autogroup:member -> tag:nas as "root" checkPeriod 1h30m srcPosture posture:managed recorder tag:rec enforceRecorder;
            accept tag:nas -> tag:nas as autogroup:nonroot until "2999-12-31";
        }
        autoApprovers {
            routes { "10.20.0.0/16", "fd00::/8" = tag:router; }
            exitNode = tag:exit, group:staff;
            services { svc:wiki = tag:k8s-2; tag:k8s-2 = tag:k8s-2; }
        }
        nodeAttrs {
            * attr "funnel", "drive:access";
            tag:nas attr "drive:share" app { "tailscale.com/app-connectors": [] };
            group:staff ipPool "100.81.0.0/16";
        }
        tests {
            tag:k8s-2 { until "2999-12-31"; srcPostureAttrs { "node:tsVersion": "1.80" }; proto tcp; accept web-1:80; deny tag:nas:25, "192.0.2.9:22"; }
            tag:self { proto icmp; accept tag:nas:0; srcPostureAttrs { "node:tsVersion": "1.80" }; }
            pia {
                //! On a machine that is looked after
                srcPostureAttrs { "node:os": "macos", "node:tsVersion": "1.80", "custom:mdm": true };
                accept tag:nas:443;
            }
        }
        sshTests {
            tag:nas -> tag:nas { until "2999-12-31"; accept "backup"; deny "root"; srcPostureAttrs { "node:tsVersion": "1.80" }; }
            pia -> tag:nas { check "root"; srcPostureAttrs { "node:os": "macos", "node:tsVersion": "1.80", "custom:mdm": true }; }
        }
        invariants {
            only tag:x--y -> tag:x--y, tag:type on 443 and web-1 on udp:53, udp:5353 except tag:type on 443;
            #[allow(unverifiable_invariant, reason = "web-1 may be any device")]
            never tag:rec -> tag:nas;
            #[allow(unverifiable_invariant, reason = "web-1 may be any device")]
            never "user:*@example.com" except people, autogroup:admin -> tag:exit;
            #[allow(unverifiable_invariant, reason = "web-1 may be any device")]
            isolated tag:rec
                except autogroup:admin, tag:k8s-2 and tag:self on icmp:* and tag:x--y on tcp:443 and web-1 on udp:53, udp:5353;
        }
        /* Private. */
        //! The end.
    }
}

#[test]
fn passes() {
    let names = [tailnet::tag::x__y.as_str(), tailnet::tag::type_.as_str(), tailnet::tag::self_.as_str()];
    assert_eq!(names, ["tag:x--y", "tag:type", "tag:self"]);
    assert_eq!(tailnet::group::_1e_team.as_str(), "group:1e-team");
    assert_eq!(tailnet::host::db_prod.as_str(), "db.prod");
    assert_eq!(tailnet::user::pia.as_str(), "pia@example.com");
    assert_eq!(tailnet::device::nas.as_str(), "nas");
    const SERVICE: &str = tailnet::service::wiki.as_str();
    assert_eq!((SERVICE, tailnet::service::ALL), ("svc:wiki", &[tailnet::service::wiki][..]));
    let policy: &policy_core::Policy = &tailnet::POLICY;
    assert_eq!(policy.text, tailnet::HUJSON);
    assert!(!tailnet::HUJSON.contains("Private"));
}

//! The keywords in rules and declarations, by section.

/// In `grants`.
pub mod grants {
    super::super::words! {
        /// The ports that the grant allows on the destinations: `on 443`, `on tcp:80-443, udp:53`,
        /// `on *`. A number alone is a port of both TCP and UDP. Without `on`, a grant gives only
        /// its `app`.
        on
        /// The routers: `via tag:router`. The grant applies only on devices with one of these tags
        /// that serve a route to the destinations.
        via
        /// Required postures of the source device: `srcPosture posture:managed`. One of the
        /// postures is enough.
        srcPosture
        /// App capabilities, as JSON: `app { "example.com/cap/admin": [{ … }] }`. The application
        /// on the destination asks Tailscale for them, and decides what they mean.
        app
        /// Removes names from a list: `group:eng except alice`, `"10.0.0.0/8" except printer`. The
        /// policy file gets the remaining names, so both sides must be lists that the policy knows.
        except
        /// The last day of the rule: `until "2027-03-31"`. From the next day on, the policy does
        /// not compile. There is a warning from two weeks before.
        until
    }
}

/// In `acls`.
pub mod acls {
    super::super::words! {
        /// The ports that the ACL allows on the destinations: `on 443`, `on udp:53`, `on *`. A rule
        /// can have only one protocol.
        on
        /// Adds destinations with ports of their own: `tag:db on 5432 and tag:web on 80, 443`
        and
    }
    pub use crate::vocabulary::rules::grants::{except, srcPosture, until};
}

/// In `ssh`.
pub mod ssh {
    super::super::words! {
        /// Allows the login.
        accept
        /// Allows the login for users who have authenticated within the check period. Not possible
        /// for tagged sources, which are not users.
        check
        /// The accounts on the machine: `as "root"`, `as autogroup:nonroot`, `as
        /// "localpart:*@example.com"`
        #[doc(hidden)]
        as_
        /// How long an authentication is valid, for `check`: `checkPeriod 12h`, the default, up to
        /// `168h`. With `checkPeriod always`, each connection needs one.
        checkPeriod
        /// Requires authentication for each connection.
        always
        /// Environment variables that the client may set: `acceptEnv "LANG", "GIT_*"`
        acceptEnv
        /// The recorders of sessions: `recorder tag:rec`. Devices with that tag run Tailscale's
        /// recorder.
        recorder
        /// Refuses sessions that cannot be recorded, because no recorder can be reached.
        enforceRecorder
    }
    pub use crate::vocabulary::rules::grants::{except, srcPosture, until};
}

/// In `nodeAttrs`.
pub mod node_attrs {
    super::super::words! {
        /// Attributes that the devices get: `attr "funnel", "drive:share"`
        attr
        /// Settings of app connectors and similar features, as JSON: `app {
        /// "tailscale.com/app-connectors": [{ … }] }`
        app
        /// The block from which the devices get their addresses: `ipPool "100.81.0.0/16"`
        ipPool
    }
    pub use crate::vocabulary::rules::grants::except;
}

/// In `ipsets`.
pub mod ip_sets {
    super::super::words! {
        /// Removes an address, host or IP set from the addresses so far: `"192.0.2.0/24", remove
        /// "192.0.2.9"`
        remove
    }
}

/// In `lints`.
pub mod lints {
    super::super::words! {
        /// Does not report the warning: `unused-tag = allow "kept for the migration";`. A reason is
        /// required.
        allow
        /// Reports the warning. This is the default.
        warn
        /// Reports the warning as an error.
        deny
    }
    pub use crate::vocabulary::rules::grants::until;
}

/// In `capabilities`.
pub mod capabilities {
    super::super::words! {
        /// Names the type in Rust: `"other.example/cap/sql" as OtherSql { … }`. Without
        /// it, the last part of the capability's name says so.
        #[doc(hidden)]
        as_
    }
}

/// The shapes of fields, in `capabilities`.
pub mod shapes {
    super::super::words! {
        /// Any text.
        string
        /// A whole number of 64 bits, with a sign.
        int
        /// Any number.
        number
        /// `true` or `false`.
        bool
    }
}

/// In `autoApprovers`.
pub mod auto_approvers {
    super::super::words! {
        /// The devices that may advertise routes: `routes { "10.0.0.0/8" = tag:router; }`. Routes
        /// inside the block are also approved.
        routes
        /// The devices that may be exit nodes: `exitNode = tag:exit;`
        exitNode
        /// The devices that may host services: `services { svc:web = tag:k8s; }`
        services
    }
    pub use crate::vocabulary::rules::grants::except;
}

/// In `let`s, and where names are declared.
pub mod lists {
    pub use crate::vocabulary::rules::grants::except;
}

/// In `invariants`.
pub mod invariants {
    super::super::words! {
        /// The sources can reach these destinations on these ports, and nothing else.
        only
        /// The sources cannot reach these destinations on these ports.
        never
        /// The selectors cannot be reached from outside, and cannot reach anything outside.
        isolated
        /// Exceptions: sources before the arrow, destinations and their ports after it.
        except
    }
    pub use crate::vocabulary::rules::acls::{and, on};
}

/// The roles of users.
pub mod users {
    super::super::words! {
        /// The owner of the tailnet, who is also an admin.
        owner
        /// Can do everything that the owner can, except for what is reserved for the owner.
        admin
        /// Can see everything, but change nothing.
        auditor
        /// Has access, but no rights in the admin console.
        member
    }

    /// `it-…`
    pub mod it {
        super::super::super::words! {
            /// Manages users and devices.
            admin
        }
    }

    /// `network-…`
    pub mod network {
        super::super::super::words! {
            /// Manages the network's settings and this policy.
            admin
        }
    }

    /// `billing-…`
    pub mod billing {
        super::super::super::words! {
            /// Manages billing.
            admin
        }
    }
}

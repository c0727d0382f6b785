//! The words within rules and declarations, section by section.

/// In `grants`.
pub mod grants {
    super::super::words! {
        /// What is opened on the destinations: `on 443`, `on tcp:80-443, udp:53`, `on *`. A number alone is a port, of TCP and UDP
        /// alike. Without `on`, a grant gives its `app` only.
        on
        /// Through which routers: `via tag:router`. The grant holds on devices with one of these tags that serve a route to the
        /// destinations, and on no others.
        via
        /// What source devices must be like: `srcPosture posture:managed`. One of the postures is enough.
        srcPosture
        /// Application capabilities, as JSON: `app { "example.com/cap/admin": [{ … }] }`. The application on the destination
        /// asks Tailscale for them, and makes of them what it likes.
        app
        /// Takes names out of a list: `group:eng except alice`, `"10.0.0.0/8" except printer`. What is left is written out, and
        /// so must be a list itself.
        except
        /// The last day on which it is wanted: `until "2027-03-31"`. From the day after, the policy does not compile, and two weeks
        /// before there is a warning.
        until
    }
}

/// In `acls`.
pub mod acls {
    super::super::words! {
        /// Which ports are opened on the destinations: `on 443`, `on udp:53`, `on *`. One protocol a rule.
        on
        /// More destinations, with ports of their own: `tag:db on 5432 and tag:web on 80, 443`
        and
    }
    pub use crate::vocabulary::rules::grants::{except, srcPosture, until};
}

/// In `ssh`.
pub mod ssh {
    super::super::words! {
        /// Lets in.
        accept
        /// Lets in whoever has proved who they are within the check period. Only people can, so not for tagged sources.
        check
        /// As which accounts of the machine: `as "root"`, `as autogroup:nonroot`, `as "localpart:*@example.com"`
        #[doc(hidden)]
        as_
        /// How long a proof lasts, for `check`: `checkPeriod 12h`, which is what holds without it, up to `168h`; or
        /// `checkPeriod always`, for one with each connection.
        checkPeriod
        /// A proof with each connection.
        always
        /// Environment variables that the client may set: `acceptEnv "LANG", "GIT_*"`
        acceptEnv
        /// Where sessions are recorded: `recorder tag:rec`. Devices with that tag run Tailscale's recorder.
        recorder
        /// No session without a recording: if none of the recorders can be reached, nobody is let in.
        enforceRecorder
    }
    pub use crate::vocabulary::rules::grants::{except, srcPosture, until};
}

/// In `nodeAttrs`.
pub mod node_attrs {
    super::super::words! {
        /// Attributes that the devices get: `attr "funnel", "drive:share"`
        attr
        /// What an app connector or the like is told, as JSON: `app { "tailscale.com/app-connectors": [{ … }] }`
        app
        /// The block that the devices' addresses come from: `ipPool "100.81.0.0/16"`
        ipPool
    }
    pub use crate::vocabulary::rules::grants::except;
}

/// In `ipsets`.
pub mod ip_sets {
    super::super::words! {
        /// Takes an address, host or ip set away from what is there so far: `"192.0.2.0/24", remove "192.0.2.9"`
        remove
    }
}

/// In `lints`.
pub mod lints {
    super::super::words! {
        /// Not reported: `unused-tag = allow "kept for the migration";`. The reason is needed.
        allow
        /// Reported, which goes without saying.
        warn
        /// An error.
        deny
    }
    pub use crate::vocabulary::rules::grants::until;
}

/// In `capabilities`.
pub mod capabilities {
    super::super::words! {
        /// What the type in Rust is called: `"other.example/cap/sql" as OtherSql { … }`. Without it, the last part of the
        /// capability's name says so.
        #[doc(hidden)]
        as_
    }
}

/// What values of fields are, in `capabilities`.
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
        /// Who may advertise which routes: `routes { "10.0.0.0/8" = tag:router; }`. A smaller block within is approved, too.
        routes
        /// Who may be an exit node: `exitNode = tag:exit;`
        exitNode
        /// Who may host which services: `services { svc:web = tag:k8s; }`
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
        /// The sources reach these destinations, on these ports, and nothing else.
        only
        /// The sources do not reach these destinations, on these ports.
        never
        /// Nothing gets in, and nothing gets out.
        isolated
        /// Less these: sources before the arrow, destinations and their ports after it.
        except
    }
    pub use crate::vocabulary::rules::acls::{and, on};
}

/// The roles of users.
pub mod users {
    super::super::words! {
        /// Owns the tailnet, and is an admin, too.
        owner
        /// May do everything but what the owner may.
        admin
        /// Sees everything, and changes nothing.
        auditor
        /// No more than access.
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

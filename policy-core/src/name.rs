//! Types for the names that a policy declares. A program that tags a device writes `tag::homelab`, and an undeclared name
//! does not compile.
//!
//! Functions that take `impl AsRef<str>`, such as [`Policy::tag`](crate::Policy::tag), accept them. Maps with `String`
//! keys look them up, and `tag::ALL` lists all names of a kind.

use std::borrow::Borrow;
use std::fmt;

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
            pub struct $name(&'static str);

            impl $name {
                /// Makes a name. Only the expansion of `policy!` calls this, and it names only what
                /// its policy declares.
                #[doc(hidden)]
                pub const fn declared(text: &'static str) -> Self {
                    $name(text)
                }

                /// Returns the name as it is in the policy file, with its kind.
                pub const fn as_str(self) -> &'static str {
                    self.0
                }
            }

            impl fmt::Display for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str(self.0)
                }
            }

            impl AsRef<str> for $name {
                fn as_ref(&self) -> &str {
                    self.0
                }
            }

            impl Borrow<str> for $name {
                fn borrow(&self) -> &str {
                    self.0
                }
            }

            impl From<$name> for String {
                fn from(name: $name) -> String {
                    name.0.to_owned()
                }
            }
        )*
    };
}

names! {
    /// A tag, such as `tag:web`.
    Tag
    /// A group, such as `group:eng`.
    Group
    /// A host, such as `webserver`.
    Host
    /// A service, such as `svc:web`.
    Service
    /// An IP set, such as `ipset:prod`.
    IpSet
    /// A posture, such as `posture:managed`.
    Posture
    /// A user's login, such as `alice@example.com`.
    User
    /// A device's host name.
    Device
    /// An app capability of the tailnet, such as `example.com/cap/sql`.
    Capability
}

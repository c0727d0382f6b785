//! Names that a policy declares, as types: a program that tags a device says `tag::homelab`, and a
//! name that the policy lacks does not compile.

use std::fmt;

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
            pub struct $name(&'static str);

            impl $name {
                /// For the expansion of `policy!`, which only names what its policy declares.
                #[doc(hidden)]
                pub const fn declared(text: &'static str) -> Self {
                    $name(text)
                }

                /// The name as the policy file has it, with its kind.
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

            impl From<$name> for String {
                fn from(name: $name) -> String {
                    name.0.to_owned()
                }
            }
        )*
    };
}

names! {
    /// A tag, as `tag:web`.
    Tag
    /// A group, as `group:eng`.
    Group
    /// A host, as `webserver`.
    Host
    /// An ip set, as `ipset:prod`.
    IpSet
    /// A posture, as `posture:managed`.
    Posture
    /// A user's login, as `alice@example.com`.
    User
    /// A device's host name.
    Device
}

/// Whether a finding stops the policy from being used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Severity {
    /// Tailscale refuses the policy, or it contradicts its own statements.
    Error,
    /// Tailscale takes it, but nobody wants it.
    Warning,
}

macro_rules! codes {
    ($($severity:ident $variant:ident = $name:literal, $title:literal;)*) => {
        /// The kinds of finding. Names are stable: they are what `allow` names and what people search for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = $title] $variant,)*
        }

        impl Code {
            /// Every code, in the order of `docs/diagnostics.md`.
            pub const ALL: &[Code] = &[$(Code::$variant),*];

            /// The stable name, as in `undefined-tag`.
            pub const fn name(self) -> &'static str {
                match self { $(Code::$variant => $name,)* }
            }

            /// What the finding is, in one line.
            pub const fn title(self) -> &'static str {
                match self { $(Code::$variant => $title,)* }
            }

            /// Whether it stops the policy from being used.
            pub const fn severity(self) -> Severity {
                match self { $(Code::$variant => Severity::$severity,)* }
            }

            /// The code of that name.
            pub fn from_name(name: &str) -> Option<Code> {
                Self::ALL.iter().copied().find(|code| code.name() == name)
            }
        }
    };
}

// Families in the order of the folders that find them: text, shape, words, names, places, sections.
codes! {
    Error Syntax = "syntax", "the text cannot be read";

    Error MisspeltKey = "misspelt-key", "a key that is nearly one of Tailscale's";
    Warning UnknownKey = "unknown-key", "a key that Tailscale is not known to have";
    Error DuplicateKey = "duplicate-key", "a key stands twice in one object";
    Error WrongType = "wrong-type", "a value of the wrong JSON type";
    Error MissingField = "missing-field", "a field that Tailscale requires is missing";

    Error InvalidName = "invalid-name", "a name that Tailscale does not allow";
    Error InvalidSelector = "invalid-selector", "a word that is no selector";
    Error InvalidAddress = "invalid-address", "no address, prefix or range of addresses";
    Error InvalidPorts = "invalid-ports", "no port, and no range or list of them";
    Error InvalidProtocol = "invalid-protocol", "no IP protocol";
    Error InvalidAction = "invalid-action", "an action that rules do not have";
    Error InvalidDuration = "invalid-duration", "no duration, or one that is out of bounds";
    Error InvalidCondition = "invalid-condition", "a posture's condition that cannot be read";
    Error InvalidCapability = "invalid-capability", "no name of an app capability";
    Error InvalidTest = "invalid-test", "a test that can only fail, whatever the rules are";
    Error InvalidValue = "invalid-value", "a value that the setting does not have";
    Error DuplicateName = "duplicate-name", "a name is declared twice";
    Error UndefinedTag = "undefined-tag", "a tag that `tagOwners` does not declare";
    Error UndefinedGroup = "undefined-group", "a group that `groups` does not declare";
    Error UndefinedHost = "undefined-host", "a name that is no declared host";
    Error UndefinedIpSet = "undefined-ipset", "an ip set that `ipsets` does not declare";
    Error UndefinedPosture = "undefined-posture", "a posture that `postures` does not declare";
    // Found by the macro, since they are about the Rust source alone.
    Error UndefinedLet = "undefined-let", "no `let` has that name";
    Error LetCycle = "let-cycle", "a `let` that is made of itself";
    Error MixedProtocols = "mixed-protocols", "an acl with more than one protocol";
    Warning QuotedName = "quoted-name", "a name in quotes that needs none";
    Warning AmbiguousItem = "ambiguous-item", "two names that would be one in Rust";
    Error UnknownAutogroup = "unknown-autogroup", "no autogroup has that name";
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

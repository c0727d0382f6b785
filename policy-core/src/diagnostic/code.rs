use std::str::FromStr;

use crate::diagnostic::UnknownName;

/// The severity of a finding. An error stops the policy from being used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum Severity {
    /// Tailscale refuses the policy, or the policy contradicts itself.
    Error,
    /// Tailscale accepts it, but it is almost certainly a mistake.
    Warning,
}

/// The best evidence for the severity of a code. Single findings of a code may have weaker
/// evidence. Only those with Tailscale's own answer print it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum Evidence {
    /// Captured answers of Tailscale's control plane.
    Capture,
    /// Tailscale's documentation.
    Documentation,
    /// Published reports by users, and answers to them: issues, logs, and public policies in use.
    Issue,
    /// The text itself, the facts or the language of `policy!`. It needs no evidence about
    /// Tailscale.
    Text,
    /// Conclusions from the other kinds of evidence. Never enough for an error.
    Inference,
}

impl Evidence {
    /// Returns the name.
    pub const fn name(self) -> &'static str {
        match self {
            Evidence::Capture => "capture",
            Evidence::Documentation => "documentation",
            Evidence::Issue => "issue",
            Evidence::Text => "text",
            Evidence::Inference => "inference",
        }
    }
}

macro_rules! codes {
    ($($severity:ident $variant:ident = $name:literal, $evidence:ident, $title:literal;)*) => {
        /// The kinds of finding. Their names are stable, because `allow` and links refer to them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = $title] $variant,)*
        }

        impl Code {
            /// Every code, in the order of `docs/diagnostics.md`.
            pub const ALL: &[Code] = &[$(Code::$variant),*];

            /// Returns the stable name, such as `undefined-tag`.
            pub const fn name(self) -> &'static str {
                match self { $(Code::$variant => $name,)* }
            }

            /// Returns a description of the finding in one line.
            pub const fn title(self) -> &'static str {
                match self { $(Code::$variant => $title,)* }
            }

            /// Returns the severity.
            pub const fn severity(self) -> Severity {
                match self { $(Code::$variant => Severity::$severity,)* }
            }

            /// Returns the best evidence for the severity.
            pub const fn evidence(self) -> Evidence {
                match self { $(Code::$variant => Evidence::$evidence,)* }
            }
        }

        impl FromStr for Code {
            type Err = UnknownName;

            fn from_str(name: &str) -> Result<Code, UnknownName> {
                Self::ALL.iter().copied().find(|code| code.name() == name).ok_or_else(|| UnknownName::new("code", name))
            }
        }
    };
}

// In the order of the folders that find them: text, shape, words, names, places, sections.
codes! {
    Error Syntax = "syntax", Issue, "the text cannot be read";

    Error WrongKey = "wrong-key", Issue, "a key that is misspelt or belongs to another object";
    Warning UnknownKey = "unknown-key", Inference, "an unknown key";
    Error DuplicateKey = "duplicate-key", Text, "a key appears twice in one object";
    Error WrongType = "wrong-type", Documentation, "a value of the wrong JSON type";
    Error MissingField = "missing-field", Capture, "a field that Tailscale requires is missing";
    Error DuplicateName = "duplicate-name", Text, "a name is declared twice";
    Error NotInHeadscale = "not-in-headscale", Capture, "a part of Tailscale's language that headscale does not have";

    Error InvalidName = "invalid-name", Capture, "a name that Tailscale does not allow";
    Error InvalidSelector = "invalid-selector", Issue, "a word that is not a selector";
    Error InvalidAddress = "invalid-address", Capture, "not a valid address, prefix or range";
    Error InvalidPorts = "invalid-ports", Capture, "not a valid port, range or list of ports";
    Error InvalidProtocol = "invalid-protocol", Documentation, "not an IP protocol";
    Error InvalidAction = "invalid-action", Capture, "an action that rules do not have";
    Error InvalidDuration = "invalid-duration", Capture, "not a valid duration, or one out of bounds";
    Error InvalidCondition = "invalid-condition", Documentation, "a posture's condition that cannot be read";
    Error InvalidCapability = "invalid-capability", Capture, "not a valid app capability name";
    Error InvalidTest = "invalid-test", Capture, "a test that can only fail, whatever the rules are";
    Error InvalidAccount = "invalid-account", Capture, "not an account that an SSH rule can name";
    Error InvalidValue = "invalid-value", Capture, "a value that the setting does not have";
    Error InvalidDate = "invalid-date", Text, "not a day of the calendar, or not written as one";

    Error UndefinedTag = "undefined-tag", Capture, "a tag that `tagOwners` does not declare";
    Error UndefinedGroup = "undefined-group", Capture, "a group that `groups` does not declare";
    Error UndefinedHost = "undefined-host", Capture, "a name that is not a declared host";
    Error UndefinedIpSet = "undefined-ipset", Text, "an IP set that `ipsets` does not declare";
    Error UndefinedPosture = "undefined-posture", Text, "a posture that `postures` does not declare";
    Error UndefinedUser = "undefined-user", Capture, "a user that is not in the facts";
    Error UnknownAutogroup = "unknown-autogroup", Capture, "not an autogroup";
    Error ForeignDomain = "foreign-domain", Capture, "a domain that is not the tailnet's";
    Error MixedMemberNames = "mixed-member-names", Documentation, "`autogroup:member` with its old and its new name";
    Warning UnknownUser = "unknown-user", Text, "a login that nearly matches one of the tailnet's";
    Warning OddUser = "odd-user", Inference, "a login that no user can have";
    Warning LetterCase = "letter-case", Capture, "capital letters that make a difference";
    Warning ShadowedHost = "shadowed-host", Inference, "a host whose name is an address";

    Error MisplacedSelector = "misplaced-selector", Capture, "a selector where it is not allowed";
    Error MisplacedUntil = "misplaced-until", Text, "`until` on something that cannot end, or that already has an end";
    Warning DoubtfulSelector = "doubtful-selector", Issue, "a selector where Tailscale may not accept it";
    Warning HostBits = "host-bits", Inference, "a prefix with bits beyond its length";
    Warning AmbiguousAddress = "ambiguous-address", Inference, "an IPv6 address with a port and no brackets";
    Error NestedGroup = "nested-group", Capture, "a group in a group";
    Error IpSetCycle = "ipset-cycle", Documentation, "an IP set that contains itself";
    Error MixedOperations = "mixed-operations", Documentation, "an IP set with `remove` and entries without `add`";

    Warning UnusedTag = "unused-tag", Text, "a tag that nothing uses";
    Warning UnusedGroup = "unused-group", Text, "a group that nothing uses";
    Warning UnusedHost = "unused-host", Text, "a host that nothing uses";
    Warning UnusedIpSet = "unused-ipset", Text, "an IP set that nothing uses";
    Warning UnusedPosture = "unused-posture", Text, "a posture that nothing uses";
    Warning UnusedCapability = "unused-capability", Text, "a declared capability that nothing grants";
    Warning EmptyGroup = "empty-group", Text, "a group that is used and has no members";
    Warning RepeatedOwners = "repeated-owners", Text, "the same owners on many tags";
    Warning IndirectOwner = "indirect-owner", Text, "a tag that devices can get through another tag";
    Warning OldForm = "old-form", Documentation, "a form for which Tailscale has a newer one";
    Warning InvalidAllow = "invalid-allow", Text, "a `// policy:` comment that cannot be read, or is at the wrong place";
    Warning InvalidUntil = "invalid-until", Text, "a `// policy: until` comment without effect";

    Warning AllowAll = "allow-all", Issue, "a rule that lets everything reach everything, or a policy without rules";
    Warning DenyAll = "deny-all", Capture, "only empty lists of rules, which deny everything";
    Warning IdleRule = "idle-rule", Text, "a rule whose sources or destinations are all empty";
    Warning EmptyList = "empty-list", Capture, "a rule without sources, destinations or targets";
    Warning RedundantSource = "redundant-source", Text, "a source that `*` already includes";
    Error SelfSource = "self-source", Capture, "`autogroup:self` for sources that are not users";
    Error EmptyGrant = "empty-grant", Capture, "a grant that grants neither ports nor capabilities";
    Warning PortlessProtocol = "portless-protocol", Documentation, "ports of a protocol without ports";
    Warning PortOrProtocol = "port-or-protocol", Capture, "a port that was probably meant as a protocol";
    Warning PortWithoutProtocol = "port-without-protocol", Capture, "a port without a protocol, after a port with one";
    Error DefaultRoute = "default-route", Capture, "`0.0.0.0/0` or `::/0` as the destination of a grant";
    Warning DoubtfulDefaultRoute = "doubtful-default-route", Documentation, "`0.0.0.0/0` or `::/0` as a destination outside of grants";
    Warning ViaWithoutRoute = "via-without-route", Documentation, "`via` to devices, which routers do not serve";
    Warning AppWithVia = "app-with-via", Capture, "`app` in a grant with `via`, where it has no effect";
    Error AppToInternet = "app-to-internet", Capture, "`app` to `autogroup:internet`";
    Error ReservedCapability = "reserved-capability", Capture, "a capability that only Tailscale can give";
    Warning UnknownCapability = "unknown-capability", Documentation, "an unknown capability of Tailscale's domain";
    Warning CapabilityValue = "capability-value", Documentation, "a capability value that is not an object";
    Warning CapabilityField = "capability-field", Documentation, "a wrong field in the body of one of Tailscale's own capabilities";
    Error CapabilityDeclaration = "capability-declaration", Text, "an invalid declaration of a capability";
    Error CapabilityShape = "capability-shape", Text, "a value that does not have the declared shape of its capability";
    Warning CapabilityTag = "capability-tag", Documentation, "a tag in a capability's value that `tagOwners` does not declare";

    Error SshDestination = "ssh-destination", Issue, "devices of users as a destination for others";
    Warning CheckFromTag = "check-from-tag", Documentation, "`check` for a source that is not a user";
    Warning ClosedSshPort = "closed-ssh-port", Documentation, "an SSH rule, or a source of one, for which no rule opens port 22";
    Warning SelectorAsAccount = "selector-as-account", Capture, "a selector in place of an account";
    Warning OddAccount = "odd-account", Inference, "an account that no machine can have";
    Warning UnusedCheckPeriod = "unused-check-period", Documentation, "a check period without `check`";
    Warning ShortCheckPeriod = "short-check-period", Documentation, "a check period of less than a minute";
    Warning IneffectivePattern = "ineffective-pattern", Documentation, "a pattern for environment variables that are never passed on";
    Warning Recorder = "recorder", Documentation, "a recorder without effect";

    Warning ExitRoute = "exit-route", Capture, "an exit route in the `routes` of `autoApprovers`";
    Warning MisspeltAttribute = "misspelt-attribute", Inference, "an attribute that resembles one of Tailscale's";
    Warning PrivilegeAttribute = "privilege-attribute", Documentation, "a privilege as a device's attribute";
    Error IpPool = "ip-pool", Capture, "an address pool that Tailscale refuses";
    Warning DoubtfulIpPool = "doubtful-ip-pool", Issue, "a pool with addresses that Tailscale reserves";
    Warning UnknownPostureAttribute = "unknown-posture-attribute", Documentation, "an unknown attribute of a posture";
    Warning ConditionType = "condition-type", Inference, "an operator that the type of the value does not have";
    Warning PostureValue = "posture-value", Documentation, "a value that the attribute of a posture never has";
    Warning DoubtfulTest = "doubtful-test", Inference, "a test whose meaning is not known";
    Warning AllocatingTest = "allocating-test", Issue, "an SSH test with too many addresses for headscale";
    Warning DoubtfulSetting = "doubtful-setting", Inference, "a setting or a value that Tailscale may not accept";

    // Found by running the policy's own tests.
    Error FailingTest = "failing-test", Capture, "a target of `tests` that fails";
    Error FailingSshTest = "failing-ssh-test", Capture, "an account of `sshTests` that fails";
    Warning UnverifiableTest = "unverifiable-test", Issue, "a test that depends on an unknown fact";
    Warning ReachableDevice = "reachable-device", Text, "a test or an invariant that a device violates through another of its tags";

    // Found by an analysis of everything that the rules allow.
    Error BrokenInvariant = "broken-invariant", Text, "an invariant that the rules violate";
    Warning UnverifiableInvariant = "unverifiable-invariant", Text, "an invariant that depends on an unknown fact";
    Warning RedundantRule = "redundant-rule", Text, "a rule, or an item of one, that other rules cover";

    // Depends on the day that the policy is checked for.
    Error Expired = "expired", Text, "a rule, a test or an `allow` whose last day has passed";
    Warning ExpiresSoon = "expires-soon", Text, "a rule, a test or an `allow` that ends within two weeks";

    // Found by the macro, because these codes are about the Rust source only.
    Error UndefinedLet = "undefined-let", Text, "an undefined `let`";
    Warning UnusedLet = "unused-let", Text, "a `let` that nothing uses";
    Error FragmentLimit = "fragment-limit", Text, "a section that a fragment must not have";
    Error UndefinedVariable = "undefined-variable", Text, "an undefined loop variable";
    Warning UnusedVariable = "unused-variable", Text, "a loop variable that nothing uses";
    Error LetCycle = "let-cycle", Text, "a `let` that contains itself";
    Error InexactExcept = "inexact-except", Text, "an `except` that Tailscale cannot express";
    Error EmptyExcept = "empty-except", Text, "an `except` that leaves nothing";
    Warning NeedlessExcept = "needless-except", Text, "an `except` that removes nothing";
    Error MixedProtocols = "mixed-protocols", Text, "an ACL with more than one protocol";
    Warning QuotedName = "quoted-name", Text, "a name with unnecessary quotes";
    Warning AmbiguousItem = "ambiguous-item", Text, "two names that are the same in Rust";
    Error AmbiguousCapability = "ambiguous-capability", Text, "names in declared capabilities that are the same in Rust, or empty";

    Error OwnedAndTagged = "owned-and-tagged", Documentation, "a device with an owner and tags";
    Error ContradictoryFacts = "contradictory-facts", Documentation, "users that contradict each other";
    Warning UndeclaredDeviceTag = "undeclared-device-tag", Text, "a device's tag that the policy does not declare";

    // Found by `policy scan`, which reads the files of other programs.
    Warning UndeclaredMention = "undeclared-mention", Text, "a name in another file that the policy does not have";
    Warning UnownedTag = "unowned-tag", Documentation, "a tag that another file assigns for an identity that does not own it";
    Warning UnassignedTag = "unassigned-tag", Text, "a tag that no scanned file assigns";
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_error_rests_on_a_conclusion() {
        let unproved = |code: &&Code| code.severity() == Severity::Error && code.evidence() == Evidence::Inference;
        let unproved: Vec<_> = Code::ALL.iter().filter(unproved).collect();
        assert_eq!(unproved, [&Code::Syntax; 0]);
    }
}

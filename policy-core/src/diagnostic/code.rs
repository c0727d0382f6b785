use std::str::FromStr;

use crate::diagnostic::UnknownName;

/// Whether a finding stops the policy from being used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
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
        }

        impl FromStr for Code {
            type Err = UnknownName;

            fn from_str(name: &str) -> Result<Code, UnknownName> {
                Self::ALL.iter().copied().find(|code| code.name() == name).ok_or_else(|| UnknownName::new("code", name))
            }
        }
    };
}

// Families in the order of the folders that find them: text, shape, words, names, places, sections.
codes! {
    Error Syntax = "syntax", "the text cannot be read";

    Error WrongKey = "wrong-key", "a key that the object does not have, though another one or another object has";
    Warning UnknownKey = "unknown-key", "a key that Tailscale is not known to have";
    Error DuplicateKey = "duplicate-key", "a key stands twice in one object";
    Error WrongType = "wrong-type", "a value of the wrong JSON type";
    Error MissingField = "missing-field", "a field that Tailscale requires is missing";
    Error DuplicateName = "duplicate-name", "a name is declared twice";

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
    Error InvalidAccount = "invalid-account", "no account that an SSH rule could be about";
    Error InvalidValue = "invalid-value", "a value that the setting does not have";

    Error UndefinedTag = "undefined-tag", "a tag that `tagOwners` does not declare";
    Error UndefinedGroup = "undefined-group", "a group that `groups` does not declare";
    Error UndefinedHost = "undefined-host", "a name that is no declared host";
    Error UndefinedIpSet = "undefined-ipset", "an ip set that `ipsets` does not declare";
    Error UndefinedPosture = "undefined-posture", "a posture that `postures` does not declare";
    Error UndefinedUser = "undefined-user", "a user whom the facts do not have";
    Error UnknownAutogroup = "unknown-autogroup", "no autogroup has that name";
    Error ForeignDomain = "foreign-domain", "a domain that is not the tailnet's";
    Error MixedMemberNames = "mixed-member-names", "`autogroup:member` by its old name and by its new one";
    Warning UnknownUser = "unknown-user", "a login that is nearly one of the tailnet's";
    Warning OddUser = "odd-user", "a login that nobody can have";
    Warning LetterCase = "letter-case", "capital letters where they make a difference";
    Warning ShadowedHost = "shadowed-host", "a host that is named like an address";

    Error MisplacedSelector = "misplaced-selector", "a selector where it may not stand";
    Warning DoubtfulSelector = "doubtful-selector", "a selector where Tailscale is not known to take it";
    Warning HostBits = "host-bits", "a prefix with bits beyond its length";
    Warning AmbiguousAddress = "ambiguous-address", "an IPv6 address with a port and no brackets";
    Error NestedGroup = "nested-group", "a group in a group";
    Error IpSetCycle = "ipset-cycle", "an ip set that is made of itself";
    Error MixedOperations = "mixed-operations", "an ip set that removes, with entries that have no operation";

    Warning UnusedTag = "unused-tag", "a tag that nothing uses";
    Warning UnusedGroup = "unused-group", "a group that nothing uses";
    Warning UnusedHost = "unused-host", "a host that nothing uses";
    Warning UnusedIpSet = "unused-ipset", "an ip set that nothing uses";
    Warning UnusedPosture = "unused-posture", "a posture that nothing uses";
    Warning EmptyGroup = "empty-group", "a group that is used and has nobody in it";
    Warning RepeatedOwners = "repeated-owners", "one list of owners that stands at many tags";
    Warning IndirectOwner = "indirect-owner", "a tag that can be taken by way of another one";
    Warning OldForm = "old-form", "a form that Tailscale has a newer one for";
    Warning InvalidAllow = "invalid-allow", "a comment that should say how much a warning counts, and does not";

    Warning AllowAll = "allow-all", "a rule that lets everything reach everything, or a policy without rules";
    Warning IdleRule = "idle-rule", "a rule whose sources or destinations are all empty";
    Warning EmptyList = "empty-list", "a rule without sources, destinations or targets, which does nothing";
    Warning RedundantSource = "redundant-source", "a source beside `*`, which has it already";
    Error SelfSource = "self-source", "`autogroup:self` for sources that are not people";
    Error EmptyGrant = "empty-grant", "a grant that grants neither ports nor capabilities";
    Error PortlessProtocol = "portless-protocol", "ports of a protocol that has none";
    Warning PortOrProtocol = "port-or-protocol", "a port that was probably meant as a protocol";
    Warning PortWithoutProtocol = "port-without-protocol", "a port without a protocol, after one that has one";
    Error DefaultRoute = "default-route", "`0.0.0.0/0` or `::/0` as the destination of a grant";
    Warning DoubtfulDefaultRoute = "doubtful-default-route", "every address as a destination, other than in a grant";
    Warning ViaWithoutRoute = "via-without-route", "`via` towards devices, which no router leads to";
    Warning AppWithVia = "app-with-via", "`app` in a grant with `via`, which gives no capabilities";
    Error AppToInternet = "app-to-internet", "`app` towards `autogroup:internet`";
    Error ReservedCapability = "reserved-capability", "a capability that Tailscale keeps for itself";
    Warning UnknownCapability = "unknown-capability", "a capability of Tailscale's domain that is not known";
    Warning CapabilityValue = "capability-value", "a capability's value that is no object";
    Warning CapabilityTag = "capability-tag", "a tag in a capability's value that `tagOwners` does not declare";

    Error SshDestination = "ssh-destination", "people's devices as a destination for others than themselves";
    Warning CheckFromTag = "check-from-tag", "check mode for a source that is nobody";
    Warning ClosedSshPort = "closed-ssh-port", "an SSH rule, or a source of one, for which no rule opens port 22";
    Warning SelectorAsAccount = "selector-as-account", "a selector where an account's name belongs";
    Warning OddAccount = "odd-account", "an account that machines do not have";
    Warning UnusedCheckPeriod = "unused-check-period", "a check period where nothing is checked";
    Warning ShortCheckPeriod = "short-check-period", "a check period of less than a minute";
    Warning IneffectivePattern = "ineffective-pattern", "a pattern of environment variables that are never passed on";
    Warning Recorder = "recorder", "a recorder without effect";

    Warning ExitRoute = "exit-route", "an exit route among the routes of `autoApprovers`, where it approves nothing";
    Warning MisspeltAttribute = "misspelt-attribute", "a device's attribute that is nearly one of Tailscale's";
    Warning PrivilegeAttribute = "privilege-attribute", "a privilege as a device's attribute";
    Error IpPool = "ip-pool", "a pool of addresses that devices cannot get";
    Warning DoubtfulIpPool = "doubtful-ip-pool", "a pool with addresses that Tailscale reserves";
    Warning UnknownPostureAttribute = "unknown-posture-attribute", "a posture's attribute that is not known";
    Error ConditionType = "condition-type", "a comparison that values of that type do not have";
    Warning PostureValue = "posture-value", "a value that a posture's attribute never has";
    Warning DoubtfulTest = "doubtful-test", "a test of which it is not known what it tests";
    Warning DoubtfulSetting = "doubtful-setting", "a setting that Tailscale is not known to take";

    // Found by running the policy's own tests.
    Error FailingTest = "failing-test", "a target of `tests` that is not as it must be";
    Error FailingSshTest = "failing-ssh-test", "an account of `sshTests` that is not as it must be";
    Error MissingRole = "missing-role", "a test that hangs on the role of a user, which the facts do not have";
    Warning UnverifiableTest = "unverifiable-test", "a test that hangs on something that is not known here";
    Warning ReachableDevice = "reachable-device", "a test or an invariant that a device gets round by another of its tags";

    // Found by an analysis of all that the rules allow.
    Error BrokenInvariant = "broken-invariant", "an invariant that the rules do not keep";
    Warning RedundantRule = "redundant-rule", "a rule, or an item of one, that other rules make needless";

    // Found by the macro, since they are about the Rust source alone.
    Error UndefinedLet = "undefined-let", "no `let` has that name";
    Warning UnusedLet = "unused-let", "a `let` that nothing uses";
    Error FragmentLimit = "fragment-limit", "a section that a fragment may not have";
    Error UndefinedVariable = "undefined-variable", "no `for` has a variable of that name";
    Warning UnusedVariable = "unused-variable", "a variable that its `for` does not use";
    Error LetCycle = "let-cycle", "a `let` that is made of itself";
    Error InexactExcept = "inexact-except", "an `except` that Tailscale cannot express";
    Error EmptyExcept = "empty-except", "an `except` that leaves nothing";
    Warning NeedlessExcept = "needless-except", "an `except` that takes nothing away";
    Error MixedProtocols = "mixed-protocols", "an acl with more than one protocol";
    Warning QuotedName = "quoted-name", "a name in quotes that needs none";
    Warning AmbiguousItem = "ambiguous-item", "two names that would be one in Rust";

    Error OwnedAndTagged = "owned-and-tagged", "a device with an owner and tags";
    Error ContradictoryFacts = "contradictory-facts", "users of whom a tailnet has one only";
    Warning UndeclaredDeviceTag = "undeclared-device-tag", "a device's tag that the policy does not declare";
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

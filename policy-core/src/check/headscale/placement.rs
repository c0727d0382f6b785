//! The autogroups that are allowed in each place.

use crate::check::headscale::HeadscaleChecker;
use crate::diagnostic::{Code, go_quote, listed};
use crate::model::headscale_word::{AUTOGROUPS, absent_autogroup};
use crate::model::{Autogroup, Selector, SelectorKind};

/// A place that allows some autogroups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AutogroupPlace {
    /// `src` of an ACL or a grant
    Source,
    /// `dst` of an ACL or a grant
    Destination,
    /// `src` of an SSH rule
    SshSource,
    /// `dst` of an SSH rule
    SshDestination,
    /// `target` of node attributes
    Target,
}

impl AutogroupPlace {
    /// The autogroups that are allowed here, in the order in which headscale lists them.
    const fn allowed(self) -> &'static [Autogroup] {
        use Autogroup::{DangerAll, Internet, Member, SelfDevices, Tagged};
        match self {
            AutogroupPlace::Source => &[Member, Tagged, DangerAll],
            AutogroupPlace::Destination => &[Internet, Member, Tagged, SelfDevices],
            AutogroupPlace::SshSource | AutogroupPlace::Target => &[Member, Tagged],
            AutogroupPlace::SshDestination => &[Member, Tagged, SelfDevices],
        }
    }

    /// Returns headscale's answer to an autogroup that is not allowed here.
    fn refusal(self, word: &str, autogroup: Option<Autogroup>) -> String {
        const INTERNET: &str = "autogroup:internet can only be used in ACL destinations";
        let sentence = match (self, autogroup) {
            (
                AutogroupPlace::Source | AutogroupPlace::SshSource | AutogroupPlace::SshDestination,
                Some(Autogroup::Internet),
            ) => return INTERNET.to_owned(),
            (AutogroupPlace::Source, Some(Autogroup::SelfDevices)) => {
                return "\"autogroup:self\" not valid on the src side of a rule".to_owned();
            }
            (AutogroupPlace::Destination, Some(Autogroup::DangerAll)) => {
                return "cannot use autogroup:danger-all as a dst".to_owned();
            }
            (AutogroupPlace::Source, _) => "autogroup not supported for ACL sources",
            (AutogroupPlace::Destination, _) => "autogroup not supported for ACL destinations",
            (AutogroupPlace::SshSource, _) => "autogroup not supported for SSH sources",
            (AutogroupPlace::SshDestination, _) => "autogroup not supported for SSH destinations",
            (AutogroupPlace::Target, _) => "nodeAttrs target does not support this autogroup",
        };
        let names: Vec<&str> = self.allowed().iter().map(|autogroup| autogroup.name()).collect();
        format!("{sentence}: {}, can be [{}]", go_quote(word), names.join(" "))
    }

    fn role(self) -> &'static str {
        match self {
            AutogroupPlace::Source => "a source",
            AutogroupPlace::Destination => "a destination",
            AutogroupPlace::SshSource => "a source of an SSH rule",
            AutogroupPlace::SshDestination => "a destination of an SSH rule",
            AutogroupPlace::Target => "a target of node attributes",
        }
    }
}

impl HeadscaleChecker<'_> {
    /// Checks an autogroup. Returns whether it is valid here.
    pub(super) fn autogroup(&mut self, place: AutogroupPlace, selector: &Selector) -> bool {
        let SelectorKind::Autogroup(autogroup) = selector.kind else { return true };
        if autogroup.is_some_and(|autogroup| place.allowed().contains(&autogroup)) {
            return true;
        }
        let text = &selector.text;
        let answer = place.refusal(text, autogroup);
        if autogroup.is_some_and(|autogroup| AUTOGROUPS.contains(&autogroup)) {
            let message = format!("`{text}` cannot be {}", place.role());
            let help = match (place, autogroup) {
                (_, Some(Autogroup::Nonroot)) => "accounts on a machine belong in `users` of SSH rules".to_owned(),
                (AutogroupPlace::Destination, Some(Autogroup::DangerAll)) => "write `*`".to_owned(),
                _ => format!("allowed here: {}", listed(place.allowed())),
            };
            self.refuse(Code::MisplacedSelector, text, message, help, answer);
        } else {
            let problem = absent_autogroup(text, autogroup);
            self.refuse(
                problem.code,
                text,
                problem.message,
                problem.help.unwrap_or_else(|| "leave it out".into()),
                answer,
            );
        }
        false
    }
}

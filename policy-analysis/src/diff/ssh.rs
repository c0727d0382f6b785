//! Tailscale SSH: the first rule that fits counts, so what a rule gives is what no rule before it is about.

use std::collections::{BTreeSet, HashMap};

use crate::diff::diff_world::{DiffWorld, PostureId, Region, SetId};
use crate::diff::gain::{Order, gains};
use crate::diff::joint_policy::Version;
use crate::diff::labels::{Labels, Numbers};
use crate::diff::lines::Describer;
use crate::diff::posture::Postures;
use crate::diff::{Area, Change};
use policy_core::access::posture;
use policy_core::model::{Action, CheckPeriod, Duration, Policy, SshRule};
use policy_core::source::{Origin, Text};

/// An account on a machine.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Account {
    /// Whichever is not root and not named
    AnyOther,
    Named(String),
    /// What somebody is called in front of a domain
    LocalPart(String),
}

/// How one gets in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Terms {
    action: Action,
    /// For a check, how long a proof lasts; `None` for no longer than the connection
    period: Option<Duration>,
    accept_env: BTreeSet<String>,
    recorder: BTreeSet<String>,
    is_enforced: bool,
}

impl Terms {
    pub(super) fn of(rule: &SshRule, action: Action) -> Terms {
        let words = |list: &[Text]| list.iter().map(Text::to_string).collect();
        let period = match (action, &rule.check_period) {
            (Action::Check, Some(period)) => period.duration,
            _ => Some(CheckPeriod::DEFAULT),
        };
        Terms {
            action,
            period,
            accept_env: words(&rule.accept_env),
            recorder: rule.recorder.iter().map(|tag| tag.text.to_ascii_lowercase()).collect(),
            is_enforced: rule.enforce_recorder && !rule.recorder.is_empty(),
        }
    }

    /// Whether whoever gets in by the others gets in by these with no more to prove.
    fn are_no_stricter(&self, others: &Terms) -> bool {
        let is_easier = self.action == Action::Accept || others.action == Action::Check && self.period >= others.period;
        let same_record = (&self.recorder, self.is_enforced) == (&others.recorder, others.is_enforced);
        is_easier && same_record && others.accept_env.is_subset(&self.accept_env)
    }

    /// As an SSH rule of `policy!` has it, around the accounts.
    pub(super) fn in_words(&self, accounts: &str) -> String {
        let list = |words: &BTreeSet<String>| words.iter().cloned().collect::<Vec<_>>().join(", ");
        let mut text = format!("{} as {accounts}", self.action);
        if self.action == Action::Check && self.period != Some(CheckPeriod::DEFAULT) {
            let period = self.period.map_or("always".to_owned(), |period| period.to_string());
            text.push_str(&format!(" checkPeriod {period}"));
        }
        if !self.accept_env.is_empty() {
            text.push_str(&format!(" acceptEnv {}", list(&self.accept_env)));
        }
        if !self.recorder.is_empty() {
            text.push_str(&format!(" recorder {}", list(&self.recorder)));
        }
        if self.is_enforced {
            text.push_str(" enforceRecorder");
        }
        text
    }
}

/// The accounts and terms of both policies.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) accounts: Numbers<Account>,
    pub(super) terms: Numbers<Terms>,
}

impl Names {
    /// The accounts that the rules of some policies name.
    pub(super) fn new(policies: [&Policy; 2]) -> Names {
        let mut names = Names::default();
        names.accounts.number(Account::AnyOther);
        for user in policies.into_iter().flat_map(|policy| &policy.ssh).flat_map(|rule| &rule.users) {
            match (user.as_str(), user.strip_prefix("localpart:*@")) {
                ("autogroup:nonroot", _) => {}
                (_, Some(domain)) => drop(names.accounts.number(Account::LocalPart(domain.to_owned()))),
                (name, None) => drop(names.accounts.number(Account::Named(name.to_owned()))),
            }
        }
        names
    }

    fn nonroot(&self) -> impl Iterator<Item = usize> {
        self.accounts.all().filter(|(_, account)| !is_root(account)).map(|(number, _)| number)
    }

    /// As an SSH rule has its `users`.
    pub(super) fn in_words(&self, labels: &Labels) -> String {
        let accounts = self.accounts.of(labels);
        let word = |account: &Account| match account {
            Account::AnyOther => "any other account".to_owned(),
            Account::Named(name) => name.clone(),
            Account::LocalPart(domain) => format!("localpart:*@{domain}"),
        };
        if !accounts.contains(&&Account::AnyOther) {
            return accounts.into_iter().map(word).collect::<Vec<_>>().join(", ");
        }
        let missing = self.accounts.all().map(|(_, account)| account);
        let missing: Vec<String> =
            missing.filter(|account| !is_root(account) && !accounts.contains(account)).map(word).collect();
        let mut text = "autogroup:nonroot".to_owned();
        if !missing.is_empty() {
            text.push_str(&format!(" (but not {})", missing.join(", ")));
        }
        if accounts.into_iter().any(is_root) {
            text.push_str(", root");
        }
        text
    }
}

fn is_root(account: &Account) -> bool {
    matches!(account, Account::Named(name) if name == "root")
}

/// The rules of one of the policies, in the order in which they are tried: those with a check first. What they let in by is
/// their channel.
pub(super) fn regions(
    world: &mut DiffWorld,
    policy: &Policy,
    side: Version,
    postures: &Postures,
    names: &mut Names,
) -> Vec<Region<Labels>> {
    let mut regions = Vec::new();
    for action in [Action::Check, Action::Accept] {
        for rule in policy.ssh.iter().filter(|rule| rule.action == Some(action)) {
            let terms = names.terms.number(Terms::of(rule, action));
            let required = postures.ids(side, posture::required(policy, &rule.src_posture));
            let ends = (world.ids(side, &rule.src), world.ids(side, &rule.dst));
            let mut accounts: Vec<usize> = Vec::new();
            let mut local_parts: Vec<&str> = Vec::new();
            for user in &rule.users {
                match (user.as_str(), user.strip_prefix("localpart:*@")) {
                    ("autogroup:nonroot", _) => accounts.extend(names.nonroot()),
                    (_, Some(domain)) => local_parts.push(domain),
                    (name, None) => accounts.push(names.accounts.number(Account::Named(name.to_owned()))),
                }
            }
            if !accounts.is_empty() {
                let accounts: Labels = accounts.into_iter().collect();
                regions.extend(world.regions(ends.clone(), (accounts, required.clone(), terms), rule.origin));
            }
            for domain in local_parts {
                let account = names.accounts.number(Account::LocalPart(domain.to_owned()));
                let of_domain = world.id(side, &format!("user:*@{domain}"));
                let extent = (Labels::from_iter([account]), required.clone(), terms);
                let all = world.regions(ends.clone(), extent, rule.origin);
                regions.extend(all.into_iter().filter_map(|region| world.narrowed(region, of_domain?)));
            }
        }
    }
    regions
}

/// What rules give to a device that meets one posture, or none.
fn effective(world: &mut DiffWorld, rules: &[Region<Labels>], state: Option<PostureId>) -> Vec<Region<Labels>> {
    let counts =
        |rule: &&Region<Labels>| rule.postures.is_empty() || state.is_some_and(|state| rule.postures.contains(&state));
    let (rules, terms): (Vec<Region<Labels>>, Vec<usize>) = rules
        .iter()
        .filter(counts)
        .map(|rule| (Region { channel: 0, postures: Vec::new(), ..rule.clone() }, rule.channel))
        .unzip();
    let pieces = gains(world, &rules, &[], Order::AsGiven);
    pieces.into_iter().filter_map(|piece| world.piece(&rules, &piece, *terms.get(piece.region)?)).collect()
}

/// A piece of what one of the policies gives and the other does not.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) region: Region<Labels>,
    /// In which it is so
    pub(super) states: Vec<Option<PostureId>>,
    /// Whether the other lets nobody in there, or only with more to prove, in one of them
    pub(super) is_more: bool,
}

/// What each of two policies gives and the other does not: of the first, and of the second.
pub(super) fn pieces(
    world: &mut DiffWorld,
    names: &Names,
    first: &[Region<Labels>],
    second: &[Region<Labels>],
) -> [Vec<Piece>; 2] {
    let mut found = [Vec::new(), Vec::new()];
    let is_same = |(a, b): (&Region<Labels>, &Region<Labels>)| {
        (a.from, a.to, a.is_own, &a.extent, &a.postures, a.channel)
            == (b.from, b.to, b.is_own, &b.extent, &b.postures, b.channel)
    };
    if first.len() == second.len() && first.iter().zip(second).all(is_same) {
        return found;
    }
    for state in states(first, second) {
        let (was, is) = (effective(world, first, state), effective(world, second, state));
        for (place, (ours, theirs)) in [(&was, &is), (&is, &was)].into_iter().enumerate() {
            let more = gains(world, ours, theirs, Order::LargestFirst);
            let more: Vec<Region<Labels>> =
                more.iter().filter_map(|gain| world.piece(ours, gain, ours.get(gain.region)?.channel)).collect();
            let is_more: Vec<bool> = more.iter().map(|piece| is_more(world, names, piece, theirs)).collect();
            if let Some(found) = found.get_mut(place) {
                add(found, more.into_iter().zip(is_more), state);
            }
        }
    }
    found
}

/// Whether some of a piece is not given by others on terms that are no stricter.
fn is_more(world: &DiffWorld, names: &Names, piece: &Region<Labels>, others: &[Region<Labels>]) -> bool {
    let Some(terms) = names.terms.get(piece.channel) else { return true };
    let is_looser =
        |other: &&Region<Labels>| names.terms.get(other.channel).is_some_and(|other| other.are_no_stricter(terms));
    let looser: Vec<Region<Labels>> =
        others.iter().filter(is_looser).map(|other| Region { channel: piece.channel, ..other.clone() }).collect();
    !gains(world, std::slice::from_ref(piece), &looser, Order::LargestFirst).is_empty()
}

/// No posture, and each that a rule asks for.
pub(super) fn states(first: &[Region<Labels>], second: &[Region<Labels>]) -> Vec<Option<PostureId>> {
    let postures: BTreeSet<PostureId> =
        first.iter().chain(second).flat_map(|rule| rule.postures.iter().copied()).collect();
    [None].into_iter().chain(postures.into_iter().map(Some)).collect()
}

/// Adds pieces of one state to those of others.
fn add(found: &mut Vec<Piece>, more: impl Iterator<Item = (Region<Labels>, bool)>, state: Option<PostureId>) {
    let mut places: HashMap<_, usize> = HashMap::new();
    for (place, piece) in found.iter().enumerate() {
        places.entry(key(&piece.region)).or_insert(place);
    }
    for (region, is_more) in more {
        let place = places.get(&key(&region)).copied();
        match place.and_then(|place| found.get_mut(place)) {
            Some(piece) => {
                piece.states.push(state);
                piece.is_more |= is_more;
            }
            None => found.push(Piece { region, states: vec![state], is_more }),
        }
    }
}

fn key(piece: &Region<Labels>) -> (Origin, SetId, SetId, bool, Labels, usize) {
    (piece.rule, piece.from, piece.to, piece.is_own, piece.extent.clone(), piece.channel)
}

/// The pieces in words, those of the new policy first.
pub(super) fn changes(
    teller: &Describer,
    names: &Names,
    [lost, gained]: &[Vec<Piece>; 2],
    all: &[Option<PostureId>],
) -> Vec<Change> {
    let sides = [(Version::New, gained), (Version::Old, lost)];
    let pieces = sides.into_iter().flat_map(|(side, pieces)| pieces.iter().map(move |piece| (side, piece)));
    let tell = |(side, piece): (Version, &Piece)| {
        let is_in = |state: &&Option<PostureId>| piece.states.contains(state);
        // What a device without a posture may do, one with any posture may do, too, unless something else is said.
        let (when, unless): (Vec<PostureId>, Vec<PostureId>) = match piece.states.contains(&None) {
            true => (Vec::new(), all.iter().filter(|state| !is_in(state)).filter_map(|state| *state).collect()),
            false => (piece.states.iter().filter_map(|state| *state).collect(), Vec::new()),
        };
        let region = &piece.region;
        let accounts = names.in_words(&region.extent);
        let what = names.terms.get(region.channel).map_or(String::new(), |terms| terms.in_words(&accounts));
        let change = teller.whole(side, Area::Ssh, region, (when, unless));
        Change { what, is_new_access: change.is_new_access && piece.is_more, ..change }
    };
    pieces.map(tell).collect()
}

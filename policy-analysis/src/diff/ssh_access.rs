use crate::diff::change::Area;
use crate::diff::comparison::Subject;
use crate::diff::interner::Interner;
use crate::diff::item_set::ItemSet;
use crate::diff::region::Region;
use crate::diff::rule_reader::{Rule, RuleReader};
use crate::diff::sorted;
use crate::diff::ssh_terms::SshTerms;
use policy_core::model::{Action, Policy};

/// An account on a device.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Account {
    /// Any account that is not `root` and that no rule names
    Other,
    Named(String),
    /// `localpart:*@` a domain: the account named as a user's login
    LocalPart(String),
}

impl Account {
    /// Returns the account of an item of `users`, or `None` for `autogroup:nonroot`.
    fn parse(user: &str) -> Option<Account> {
        match (user, user.strip_prefix("localpart:*@")) {
            ("autogroup:nonroot", _) => None,
            (_, Some(domain)) => Some(Account::LocalPart(domain.to_owned())),
            (name, None) => Some(Account::Named(name.to_owned())),
        }
    }

    fn is_root(&self) -> bool {
        matches!(self, Account::Named(name) if name == "root")
    }

    fn describe(&self) -> String {
        match self {
            Account::Other => "any other account".to_owned(),
            Account::Named(name) => name.clone(),
            Account::LocalPart(domain) => format!("localpart:*@{domain}"),
        }
    }
}

/// SSH access: the accounts that SSH rules open. The channel of a region is its terms.
#[derive(Debug, Default)]
pub(super) struct SshAccess {
    pub(super) accounts: Interner<Account>,
    pub(super) terms: Interner<SshTerms>,
}

impl SshAccess {
    /// Collects the accounts that the rules of both policies name, which `autogroup:nonroot` includes.
    pub(super) fn new(policies: [&Policy; 2]) -> SshAccess {
        let mut access = SshAccess::default();
        access.accounts.intern(Account::Other);
        for user in policies.into_iter().flat_map(|policy| &policy.ssh).flat_map(|rule| &rule.users) {
            if let Some(account) = Account::parse(user) {
                access.accounts.intern(account);
            }
        }
        access
    }

    fn describe_accounts(&self, set: &ItemSet) -> String {
        let accounts = set.values(&self.accounts);
        let list = |accounts: &mut dyn Iterator<Item = &Account>| {
            accounts.map(Account::describe).collect::<Vec<_>>().join(", ")
        };
        if !accounts.contains(&&Account::Other) {
            return list(&mut accounts.into_iter());
        }
        let missing = list(
            &mut self
                .accounts
                .iter()
                .map(|(_, account)| account)
                .filter(|account| !account.is_root() && !accounts.contains(account)),
        );
        let mut text = "autogroup:nonroot".to_owned();
        if !missing.is_empty() {
            text.push_str(&format!(" (but not {missing})"));
        }
        if accounts.into_iter().any(Account::is_root) {
            text.push_str(", root");
        }
        text
    }
}

impl Subject for SshAccess {
    type Extent = ItemSet;
    const AREA: Area = Area::Ssh;

    /// Returns the regions in the order in which the rules are tried: rules with a check first.
    fn read(&mut self, reader: &mut RuleReader) -> Vec<Region<ItemSet>> {
        let policy = reader.policy;
        let mut regions = Vec::new();
        for action in [Action::Check, Action::Accept] {
            for ssh in policy.ssh.iter().filter(|rule| rule.action == Some(action)) {
                let mut rule = Rule {
                    src: reader.selectors(&ssh.src),
                    dst: reader.selectors(&ssh.dst),
                    extent: ItemSet::default(),
                    postures: reader.required_postures(&ssh.src_posture),
                    channel: self.terms.intern(SshTerms::new(ssh, action)),
                    origin: ssh.origin,
                };
                let mut accounts: Vec<usize> = Vec::new();
                let mut local_parts: Vec<String> = Vec::new();
                for user in &ssh.users {
                    match Account::parse(user) {
                        None => accounts.extend(
                            self.accounts.iter().filter(|(_, account)| !account.is_root()).map(|(number, _)| number),
                        ),
                        Some(Account::LocalPart(domain)) => local_parts.push(domain),
                        Some(account) => accounts.push(self.accounts.intern(account)),
                    }
                }
                if !accounts.is_empty() {
                    rule.extent = accounts.into_iter().collect();
                    regions.extend(reader.regions(&rule));
                }
                // Such an account is open only to users of its domain.
                for domain in local_parts {
                    let Some(users) = reader.selector(&format!("user:*@{domain}")) else { continue };
                    rule.extent = ItemSet::from_iter([self.accounts.intern(Account::LocalPart(domain))]);
                    let users = reader.classes.space.sources_among(&[users]);
                    for region in reader.regions(&rule) {
                        let sources = sorted::intersection(reader.sets.sources.classes(region.sources), &users);
                        regions.extend(region.restrict_sources(reader.sets, sources));
                    }
                }
            }
        }
        regions
    }

    fn describe(&self, region: &Region<ItemSet>, accounts: &ItemSet) -> String {
        let accounts = self.describe_accounts(accounts);
        self.terms.get(region.channel).map_or(String::new(), |terms| terms.describe(&accounts))
    }
}

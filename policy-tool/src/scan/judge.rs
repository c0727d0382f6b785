//! Compares what files mention with a policy.

use std::collections::{BTreeSet, HashMap, HashSet};

use policy_core::diagnostic::{Help, suggestion};
use policy_core::model::{LintLevels, SelectorKind, name};
use policy_core::source::{FileId, Origin};
use policy_core::{Code, Diagnostic, Policy, ValidPolicy, access, check};

use crate::scan::allowance::{self, allowances};
use crate::scan::mention::{Assigner, Mention, MentionContext, MentionKind};

/// A file and its mentions.
#[derive(Clone, Copy, Debug)]
pub struct ScannedFile<'t> {
    /// Its text, for the comments in it.
    pub text: &'t str,
    /// The result of [`mentions`](crate::scan::mentions) for it.
    pub mentions: &'t [Mention],
}

/// Returns the findings about files, in their order, and about tags of the policy that no file
/// assigns. The files are numbered from 0. `identities` are the tags of the credential that assigns
/// tags.
///
/// Lint levels of the policy and allowances in the files apply.
///
/// ```
/// use policy_core::Policy;
/// use policy_tool::scan::{judge, mentions};
/// let policy = Policy::parse(r#"{"tagOwners": {"tag:web": []}, "grants": []}"#).validate().unwrap();
/// let text = "tailscale up --advertise-tags=tag:wbe\n";
/// let found = mentions("start.sh", text);
/// let findings = judge::findings(&policy, &[judge::ScannedFile { text, mentions: &found }], &[]);
/// assert_eq!(findings[0].message, "undefined tag `tag:wbe`");
/// assert_eq!(findings[0].help.as_deref(), Some("did you mean `tag:web`?"));
/// ```
pub fn findings(policy: &ValidPolicy, files: &[ScannedFile<'_>], identities: &[String]) -> Vec<Diagnostic> {
    let mut judge = Judge {
        policy,
        names: PolicyNames::new(policy),
        owned: HashMap::new(),
        operator: tags_in(files, MentionContext::OperatorTag),
        clients: tags_in(files, MentionContext::ClientTag),
        identities,
        misspelt: HashSet::new(),
        findings: Vec::new(),
    };
    let mut lints = Vec::new();
    for (file, number) in files.iter().zip(0_u16..) {
        let id = FileId::Scanned(number);
        let (allowed, unreadable) = allowances(file.text, id);
        lints.extend(allowed);
        judge.findings.extend(unreadable);
        for mention in file.mentions {
            judge.mention(mention, allowance::origin(mention.range.clone(), id));
        }
    }
    judge.unassigned(files);
    let mut findings = judge.findings;
    let mut levels = (**policy).clone();
    levels.lints.extend(lints);
    // Only allowances in the files are checked for their end. `check` reports the policy's own.
    let is_in_file = |finding: &Diagnostic| matches!(finding.origin.file, FileId::Scanned(_));
    findings.extend(levels.expiry().into_iter().filter(is_in_file));
    check::in_order(&levels, findings)
}

/// A tag of an identity, and the place that gives it.
type IdentityTag = (String, Option<Origin>);

/// Returns the tags that identities get in files.
fn tags_in(files: &[ScannedFile<'_>], context: MentionContext) -> Vec<IdentityTag> {
    let mut tags: Vec<IdentityTag> = Vec::new();
    for (file, number) in files.iter().zip(0_u16..) {
        for mention in file.mentions.iter().filter(|mention| mention.context == context) {
            let tag = key(&mention.name);
            if !tags.iter().any(|(known, _)| *known == tag) {
                tags.push((tag, Some(allowance::origin(mention.range.clone(), FileId::Scanned(number)))));
            }
        }
    }
    tags
}

struct Judge<'p> {
    policy: &'p Policy,
    names: PolicyNames<'p>,
    /// The tags that each tag owns, directly or through others.
    owned: HashMap<String, HashSet<String>>,
    /// The tags of the Kubernetes operator.
    operator: Vec<IdentityTag>,
    /// The tags of OAuth clients that files create. One of these clients may be the operator's.
    clients: Vec<IdentityTag>,
    identities: &'p [String],
    /// Declared tags that undeclared ones are probably misspellings of.
    misspelt: HashSet<String>,
    findings: Vec<Diagnostic>,
}

impl Judge<'_> {
    fn mention(&mut self, mention: &Mention, origin: Origin) {
        // `policy export --check` checks whether constants are up to date.
        if mention.context == MentionContext::Constant {
            return;
        }
        if self.names.has(mention.kind, &mention.name) {
            if let MentionContext::Assignment(assigner) = mention.context {
                self.owner(mention, assigner, origin);
            }
            return;
        }
        let near = self.names.nearest(mention.kind, &mention.name);
        // A policy does not declare services and capabilities, so another name may be right, too.
        let is_declared_kind = matches!(mention.kind, MentionKind::Tag | MentionKind::Group);
        let is_certain = mention.context != MentionContext::Resemblance && is_declared_kind;
        if near.is_none() && !is_certain {
            return;
        }
        self.misspelt.extend(near.filter(|_| mention.kind == MentionKind::Tag).map(key));
        let help = match (near, mention.kind) {
            (Some(near), _) => Help::did_you_mean(near),
            (None, MentionKind::Tag) => match name::check_tag(&mention.name) {
                Err(problem) => problem.help.unwrap_or_else(|| Help::from(problem.message)),
                Ok(()) => Help::from("declare it under `tagOwners`"),
            },
            (None, _) => Help::from("declare it under `groups`"),
        };
        let message = match mention.kind {
            MentionKind::Tag => format!("undefined tag `{}`", mention.name),
            MentionKind::Group => format!("undefined group `{}`", mention.name),
            MentionKind::Service => format!("no rule names the service `{}`", mention.name),
            MentionKind::Capability => format!("no rule grants the capability `{}`", mention.name),
        };
        self.findings.push(Diagnostic::new(Code::UndeclaredMention, origin, message).help(help));
    }

    /// Checks that an identity owns the tag that it assigns, if the identity is known.
    fn owner(&mut self, mention: &Mention, assigner: Assigner, origin: Origin) {
        let identities: Vec<IdentityTag> = match assigner {
            Assigner::Operator if !self.operator.is_empty() => [&*self.operator, &*self.clients].concat(),
            Assigner::Operator | Assigner::Credential => self.identities.iter().map(|tag| (key(tag), None)).collect(),
        };
        let tag = key(&mention.name);
        if identities.is_empty() || identities.iter().any(|(identity, _)| self.owns(identity, &tag)) {
            return;
        }
        let list: Vec<String> = identities.iter().map(|(identity, _)| format!("`{identity}`")).collect();
        let verb = if list.len() == 1 { "does" } else { "do" };
        let message = format!("{} {verb} not own `{}`, and cannot assign it", list.join(" and "), mention.name);
        let mut finding = Diagnostic::new(Code::UnownedTag, origin, message);
        if let Some((identity, Some(place))) = identities.first() {
            finding = finding.note_at(format!("the operator has `{identity}` from here"), *place);
        }
        if let Some(declared) = self.names.declaration(&tag) {
            finding = finding.note_at(format!("the owners of `{}` are declared here", mention.name), declared);
        }
        let first = identities.first().map_or("", |(identity, _)| identity.as_str());
        self.findings.push(finding.help(format!("add `{first}` to the owners of `{}`", mention.name)));
    }

    /// Returns whether a credential with one tag can assign another. An OAuth client can assign its
    /// own tags.
    fn owns(&mut self, identity: &str, tag: &str) -> bool {
        if identity == tag {
            return true;
        }
        let policy = self.policy;
        let owned = self.owned.entry(identity.to_owned()).or_insert_with(|| owned_by(policy, identity));
        owned.contains(tag)
    }

    /// Reports tags that no file assigns. Without any assignment, the files are not those that
    /// assign tags.
    fn unassigned(&mut self, files: &[ScannedFile<'_>]) {
        let mentions = files.iter().flat_map(|file| file.mentions);
        let mentioned: HashSet<String> =
            mentions.filter(|mention| mention.kind == MentionKind::Tag).map(|mention| key(&mention.name)).collect();
        let policy = self.policy;
        if !policy.tags().any(|tag| mentioned.contains(&key(tag))) {
            return;
        }
        let devices = policy.facts.devices.iter().flat_map(|device| &device.tags).map(|tag| key(&tag.text));
        let owners = policy.tag_owners.iter().flat_map(|declaration| {
            let others = declaration.owners.iter().filter(|owner| key(&owner.text) != key(&declaration.tag));
            others.map(|owner| key(&owner.text))
        });
        // A tag that owns others belongs to a credential, which is in no file.
        let misspelt = self.misspelt.iter().cloned();
        let assigned: HashSet<String> = misspelt
            .chain(devices)
            .chain(owners)
            .chain(self.identities.iter().map(|tag| key(tag)))
            .chain(mentioned)
            .collect();
        let unused: HashSet<Origin> = check::check(policy)
            .into_iter()
            .filter(|finding| finding.code == Code::UnusedTag)
            .map(|finding| finding.origin)
            .collect();
        let levels = LintLevels::new(policy);
        for declaration in policy.tag_owners.iter().filter(|declared| !assigned.contains(&key(&declared.tag))) {
            let tag = &declaration.tag;
            // The author has allowed it.
            if levels.allows(Code::UnusedTag, tag.origin) {
                continue;
            }
            let (code, message) = if unused.contains(&tag.origin) {
                (Code::UnusedTag, format!("nothing uses `{tag}`, and no scanned file assigns it"))
            } else {
                (Code::UnassignedTag, format!("no scanned file assigns `{tag}`"))
            };
            let help = format!("remove it, or say what assigns it: `// policy: allow({code}) …` above it");
            self.findings.push(Diagnostic::new(code, tag.origin, message).help(help));
        }
    }
}

/// Returns the tags that a tag owns, directly or through others.
fn owned_by(policy: &Policy, identity: &str) -> HashSet<String> {
    let mut owned = HashSet::new();
    let mut rest = vec![identity.to_owned()];
    while let Some(owner) = rest.pop() {
        for declaration in &policy.tag_owners {
            let is_owner = declaration.owners.iter().any(|known| key(&known.text) == owner);
            if is_owner && owned.insert(key(&declaration.tag)) {
                rest.push(key(&declaration.tag));
            }
        }
    }
    owned
}

/// Returns the form in which Tailscale compares tags.
fn key(tag: &str) -> String {
    tag.to_ascii_lowercase()
}

/// The names of a policy that other files can mention.
struct PolicyNames<'p> {
    policy: &'p Policy,
    tags: HashMap<String, Origin>,
    services: BTreeSet<&'p str>,
    capabilities: BTreeSet<&'p str>,
}

impl<'p> PolicyNames<'p> {
    fn new(policy: &'p Policy) -> PolicyNames<'p> {
        let approved = policy.auto_approvers.services.iter().map(|service| &service.service);
        let selectors = access::policy_selectors(policy).into_iter().chain(approved);
        let services = selectors.filter(|selector| selector.kind == SelectorKind::Service);
        let declared = policy.capabilities.iter().map(|capability| capability.name.as_str());
        PolicyNames {
            policy,
            tags: policy.tag_owners.iter().map(|declared| (key(&declared.tag), declared.tag.origin)).collect(),
            services: services.map(|service| service.text.as_str()).collect(),
            capabilities: policy.granted_capabilities().into_iter().chain(declared).collect(),
        }
    }

    fn declaration(&self, tag: &str) -> Option<Origin> {
        self.tags.get(tag).copied()
    }

    fn has(&self, kind: MentionKind, name: &str) -> bool {
        match kind {
            MentionKind::Tag => self.tags.contains_key(&key(name)),
            // A group with a domain is the identity provider's.
            MentionKind::Group => name.contains('@') || self.policy.group(name).is_some(),
            MentionKind::Service => self.services.contains(name),
            MentionKind::Capability => self.capabilities.contains(name),
        }
    }

    fn nearest(&self, kind: MentionKind, name: &str) -> Option<&'p str> {
        match kind {
            MentionKind::Tag => suggestion::nearest(name, self.policy.tags()),
            MentionKind::Group => suggestion::nearest(name, self.policy.groups.iter().map(|group| group.name.as_str())),
            MentionKind::Service => suggestion::nearest(name, self.services.iter().copied()),
            MentionKind::Capability => suggestion::nearest(name, self.capabilities.iter().copied()),
        }
    }
}

//! The explanation of the word at a place.

use std::ops::Range;

use policy_analysis::query::RuleTexts;
use policy_core::diagnostic::suggestion::nearest;
use policy_core::hujson::{Document, Kind, NodeId};
use policy_core::model::{
    Acceptance, Autogroup, KnownCapability, POSTURE_ATTRIBUTES, Policy, PortRange, PortSpec, PostureType, Protocol,
    Shape, Word, service_name,
};
use policy_core::source::{FileId, Origin, Text};
use policy_core::vocabulary::{describe_autogroup, describe_kind, describe_port, describe_protocol};
use policy_syntax::Hovers;

use crate::name::{Name, NameKind};
use crate::node_range::range;
use crate::place::{Meaning, place_at};
use crate::snapshot::Snapshot;

/// An explanation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// The bytes of what is explained.
    pub range: Range<usize>,
    /// The explanation, in Markdown.
    pub text: String,
}

/// Explains the word at a byte of one of the texts: a name, a port, a key, or the rule around it.
///
/// ```
/// use policy_core::Policy;
/// use policy_core::source::FileId;
/// use policy_ide::{Snapshot, hover};
/// let text = r#"{"groups": {"group:ops": ["alice@example.com"]}}"#;
/// let hover = hover(&Snapshot::new(text, Policy::parse), FileId::Policy, 14).unwrap();
/// assert_eq!((&text[hover.range], &*hover.text), ("group:ops", "`group:ops`\n\nMembers: `alice@example.com`"));
/// ```
pub fn hover(snapshot: &Snapshot, file: FileId, at: usize) -> Option<Hover> {
    if let Some(name) = snapshot.name_at(file, at)
        && let Some(text) = undeclared(&snapshot.policy, &name).or_else(|| explain_name(&snapshot.policy, &name))
    {
        return Some(Hover { range: name.origin.range(), text });
    }
    if file != FileId::Policy {
        return None;
    }
    let rule = rule_at(&snapshot.document, at);
    let rule_text = |rule: NodeId| {
        let text = RuleTexts::new(&snapshot.policy).text(snapshot.document.origin(rule));
        (!text.is_empty()).then(|| format!("```text\n{text}\n```"))
    };
    let Some(place) = place_at(&snapshot.document, at) else {
        let rule = rule?;
        return Some(Hover { range: range(&snapshot.document, rule), text: rule_text(rule)? });
    };
    let whole = place.text.part(0..place.text.len());
    let (origin, text) = match &place.meaning {
        Meaning::Key(key) => {
            let mut text = match key.replacement {
                Some(new) => format!("`{}`: the old name of `{new}`.", key.name),
                None => format!("`{}`: {}", key.name, key.doc),
            };
            if let Some(rule) = rule.and_then(rule_text) {
                text = format!("{text}\n\n{rule}");
            }
            (whole, text)
        }
        Meaning::Word(word) => explain_word(*word, &place.text, at)?,
        Meaning::Capability | Meaning::DeclaredAttribute => return None,
        Meaning::Field(path) => (whole, explain_field(&snapshot.policy, path)?),
    };
    Some(Hover { range: origin.range(), text })
}

/// Returns the object of a list in a section, such as a rule, that contains a byte.
fn rule_at(document: &Document, at: usize) -> Option<NodeId> {
    let contains = |id: &NodeId| range(document, *id).contains(&at);
    let (_, list) = document.members(document.root()).find(|(_, value)| contains(value))?;
    document.elements(list).find(contains).filter(|rule| document.kind(*rule) == Kind::Object)
}

/// Says that nothing declares a name, and which one may have been meant. `None` if it is declared, or
/// need not be.
fn undeclared(policy: &Policy, name: &Name) -> Option<String> {
    let declared: Vec<&str> = match name.kind {
        NameKind::Tag => policy.tags().collect(),
        // A group with a domain comes from the identity provider.
        NameKind::Group if !name.text.contains('@') => policy.groups.iter().map(|group| group.name.as_str()).collect(),
        NameKind::IpSet => policy.ipsets.iter().map(|set| set.name.as_str()).collect(),
        NameKind::Posture => policy.postures.iter().map(|posture| posture.name.as_str()).collect(),
        _ => return None,
    };
    let is_same = |other: &&str| match name.kind {
        NameKind::Tag => other.eq_ignore_ascii_case(&name.text),
        _ => **other == name.text,
    };
    if name.is_declaration || declared.iter().any(is_same) {
        return None;
    }
    let near = nearest(&name.text, declared).map_or_else(String::new, |near| format!(" Did you mean `{near}`?"));
    Some(format!("No {} `{}` is declared.{near}", name.kind.noun(), name.text))
}

fn explain_name(policy: &Policy, name: &Name) -> Option<String> {
    let about = |module: &'static str, name: &str| Hovers::about(policy, name).get(module, name).map(str::to_owned);
    match name.kind {
        NameKind::Tag => {
            // The policy has the spelling of the declaration.
            let declared = policy.tags().find(|tag| tag.eq_ignore_ascii_case(&name.text));
            declared.and_then(|tag| about("tag", tag)).or_else(|| describe_kind("tag"))
        }
        NameKind::Group => about("group", &name.text).or_else(|| describe_kind("group")),
        NameKind::Host => about("host", &name.text),
        NameKind::IpSet => about("ipset", &name.text).or_else(|| describe_kind("ipset")),
        NameKind::Posture => about("posture", &name.text).or_else(|| describe_kind("posture")),
        NameKind::Service => describe_kind("svc"),
        NameKind::User => about("user", policy.facts.user(&name.text).map_or(&name.text, |user| &user.name)),
        NameKind::Autogroup => describe_autogroup(name.text.parse::<Autogroup>().ok()?),
        NameKind::Capability => explain_capability(policy, &name.text),
        NameKind::Attribute => explain_attribute(&name.text),
    }
}

/// Explains a word that is not a name, or the part of it that is not.
fn explain_word(word: Word, text: &Text, at: usize) -> Option<(Origin, String)> {
    let whole = text.part(0..text.len());
    match word {
        Word::Ports => {
            let spec = PortSpec::parse(text).ok()?;
            let protocol = spec.protocol.and_then(describe_protocol);
            let lines: Vec<String> = protocol.into_iter().chain(explain_ports(spec.ports)).collect();
            (!lines.is_empty()).then(|| (whole, lines.join("\n\n")))
        }
        Word::SelectorPorts(_) => {
            let (host, ports) = text.rsplit_once(':')?;
            let origin = text.part(host.len() + 1..text.len());
            if at < origin.range().start {
                return None;
            }
            let ports = PortRange::parse_list(ports).ok()?;
            let lines: Vec<String> = ports.into_iter().filter_map(explain_ports).collect();
            (!lines.is_empty()).then(|| (origin, lines.join("\n\n")))
        }
        Word::Protocol => Some((whole, describe_protocol(text.parse::<Protocol>().ok()?)?)),
        Word::Selector(context) => {
            // `*` is no name, and needs words where it may be.
            let is_all = text.as_str() == "*";
            let allowed = context.verdict(policy_core::model::SelectorKind::Wildcard) == Acceptance::Allowed;
            (is_all && allowed).then(|| (whole, "`*`: everyone, or everything.".to_owned()))
        }
        _ => None,
    }
}

fn explain_ports(ports: PortRange) -> Option<String> {
    if ports.is_all() {
        return Some("All ports.".to_owned());
    }
    if ports.first != ports.last {
        return Some(format!("Ports {} to {}.", ports.first, ports.last));
    }
    let named = || service_name(ports.first).map(|service| format!("Port {}: {service}.", ports.first));
    describe_port(ports.first).or_else(named)
}

/// Explains an app capability that Tailscale or the policy defines.
pub(crate) fn explain_capability(policy: &Policy, name: &str) -> Option<String> {
    let (doc, shape) = capability(policy, name)?;
    let doc = doc.map_or_else(String::new, |doc| format!(": {doc}"));
    Some(format!("`{name}`{doc}\n\nShape: `{shape}`"))
}

/// Returns the description and the shape of an app capability that Tailscale or the policy defines.
pub(crate) fn capability(policy: &Policy, name: &str) -> Option<(Option<String>, Shape)> {
    if let Some(declared) = policy.capability(name) {
        return Some((declared.doc.clone(), declared.shape.clone()));
    }
    let mut known = KnownCapability::of_grants().iter().chain(KnownCapability::of_node_attributes());
    let known = known.find(|known| known.name == name)?;
    Some((Some(known.doc.to_owned()), known.shape()))
}

fn explain_field(policy: &Policy, path: &[String]) -> Option<String> {
    let (name, fields) = path.split_first()?;
    let (last, around) = fields.split_last()?;
    let (_, shape) = capability(policy, name)?;
    let field = fields_of(&shape, around)?.iter().find(|field| field.name == *last)?;
    let doc = field.doc.as_ref().map_or_else(String::new, |doc| format!(": {doc}"));
    Some(format!("`{last}`{doc}\n\nShape: `{}: {}`", field.head(), field.shape))
}

/// Returns the fields of the object at a path in a body.
pub(crate) fn fields_of<'s>(shape: &'s Shape, path: &[String]) -> Option<&'s [policy_core::model::Field]> {
    match shape {
        Shape::List(item) => fields_of(item, path),
        Shape::Record(fields) => match path.split_first() {
            None => Some(fields),
            Some((first, rest)) => fields_of(&fields.iter().find(|field| field.name == *first)?.shape, rest),
        },
        _ => None,
    }
}

/// Explains an attribute of a posture.
pub(crate) fn explain_attribute(name: &str) -> Option<String> {
    let (_, kind) = POSTURE_ATTRIBUTES.iter().find(|(known, _)| *known == name)?;
    Some(format!(
        "`{name}`: {}",
        match kind {
            PostureType::Bool => "true or false.".to_owned(),
            PostureType::Number => "a number.".to_owned(),
            PostureType::Version => "a version, which is compared part by part.".to_owned(),
            PostureType::OneOf(values) => {
                let values: Vec<String> = values.iter().map(|value| format!("`'{value}'`")).collect();
                format!("one of {}.", values.join(", "))
            }
            PostureType::Any => "an attribute of an integration, or of Tailscale.".to_owned(),
        }
    ))
}

//! Constants, in a form that all languages share.

use std::collections::HashMap;

use crate::failure::Failure;
use crate::names::{NameFact, NamedKind, PolicyName, PolicyNames};
use crate::text::visible;

use super::identifier::Identifier;

/// The constants of each kind. Kinds without names are left out.
pub(super) struct Constants(pub(super) Vec<ConstantsOfKind>);

/// The constants of a kind.
pub(super) struct ConstantsOfKind {
    pub(super) kind: NamedKind,
    pub(super) constants: Vec<Constant>,
    /// The properties that at least one constant has.
    pub(super) properties: Vec<Property>,
}

/// A constant.
pub(super) struct Constant {
    pub(super) identifier: Identifier,
    pub(super) value: String,
    /// The lines of the comment in the policy, without empty lines at the start and the end.
    pub(super) purpose: Vec<String>,
    /// A line for each fact.
    pub(super) facts: Vec<String>,
}

/// A property of the constants of a kind.
pub(super) struct Property {
    /// Its name, which is one word: `tags`.
    pub(super) name: &'static str,
    pub(super) has_tags: bool,
    pub(super) is_list: bool,
    /// The values of each constant. There is one if it is not a list.
    pub(super) rows: Vec<(Identifier, Vec<PropertyValue>)>,
}

/// A value of a property.
pub(super) struct PropertyValue {
    pub(super) value: String,
    /// The constant of the value, if it is a tag.
    pub(super) tag: Option<Identifier>,
}

impl Constants {
    /// # Errors
    /// Fails if two names of a kind would have the same identifier.
    pub(super) fn new(names: &PolicyNames) -> Result<Constants, Failure> {
        let mut kinds = Vec::new();
        let mut tags = HashMap::new();
        for (kind, names) in names.iter().filter(|(_, names)| !names.is_empty()) {
            let identifiers = identifiers(kind, names)?;
            if kind == NamedKind::Tag {
                tags.extend(names.iter().map(|name| name.name.as_str()).zip(identifiers.iter().cloned()));
            }
            let properties = properties(kind).iter().filter_map(|name| property(name, names, &identifiers, &tags));
            let properties = properties.collect();
            let constants = identifiers.iter().zip(names).map(|(identifier, name)| constant(identifier, name));
            kinds.push(ConstantsOfKind { kind, constants: constants.collect(), properties });
        }
        Ok(Constants(kinds))
    }

    /// Returns whether a constant has a property.
    pub(super) fn have_properties(&self) -> bool {
        self.0.iter().any(|kind| !kind.properties.is_empty())
    }
}

impl Constant {
    /// Returns the lines of the comment above it.
    pub(super) fn doc(&self) -> Vec<&str> {
        let separator = (!self.purpose.is_empty() && !self.facts.is_empty()).then_some("");
        self.purpose.iter().map(String::as_str).chain(separator).chain(self.facts.iter().map(String::as_str)).collect()
    }
}

impl Property {
    /// Returns its name for constants of a kind.
    pub(super) fn identifier(&self, kind: NamedKind) -> Identifier {
        Identifier::of_kind(kind).with_word(self.name)
    }

    /// Describes it: `The tags of each device.`
    pub(super) fn description(&self, kind: NamedKind) -> String {
        format!("The {} of each {}.", self.name, kind.singular())
    }
}

fn identifiers(kind: NamedKind, names: &[PolicyName]) -> Result<Vec<Identifier>, Failure> {
    let mut identifiers = Vec::new();
    let mut seen: HashMap<Identifier, &str> = HashMap::new();
    for name in names {
        let identifier = Identifier::new(kind, &name.name);
        if let Some(first) = seen.insert(identifier.clone(), &name.name) {
            let (noun, same) = (kind.plural(), identifier.snake(&[]));
            let message = format!("the {noun} `{first}` and `{}` would both be the constant `{same}`", name.name);
            let help = "rename one of the two, so that they differ in more than signs and capitals, or leave out their kind with `--only`";
            return Err(Failure::new(message).help(help));
        }
        identifiers.push(identifier);
    }
    Ok(identifiers)
}

/// Returns the facts of a kind that programs need as values.
fn properties(kind: NamedKind) -> &'static [&'static str] {
    match kind {
        NamedKind::Device => &["tags", "addresses"],
        NamedKind::Host => &["address"],
        NamedKind::Tag
        | NamedKind::Group
        | NamedKind::Service
        | NamedKind::IpSet
        | NamedKind::Posture
        | NamedKind::User
        | NamedKind::Capability => &[],
    }
}

fn property(
    name: &'static str,
    names: &[PolicyName],
    identifiers: &[Identifier],
    tags: &HashMap<&str, Identifier>,
) -> Option<Property> {
    let has_tags = name == "tags" && !tags.is_empty();
    let mut is_list = false;
    let mut rows = Vec::new();
    for (named, identifier) in names.iter().zip(identifiers) {
        let fact = named.facts.iter().find(|(key, _)| *key == name).map(|(_, fact)| fact);
        let values: Vec<&String> = match fact {
            Some(NameFact::List(values)) => {
                is_list = true;
                values.iter().collect()
            }
            Some(NameFact::Text(text)) => text.iter().collect(),
            Some(NameFact::Flag(_)) | None => Vec::new(),
        };
        // Facts may be newer than the policy, so a device may have a tag that has no constant.
        let values = values.into_iter().map(|value| (value, tags.get(value.as_str()).filter(|_| has_tags).cloned()));
        let values = values.filter(|(_, tag)| !has_tags || tag.is_some());
        let values = values.map(|(value, tag)| PropertyValue { value: value.clone(), tag });
        rows.push((identifier.clone(), values.collect()));
    }
    let is_empty = rows.iter().all(|(_, values): &(_, Vec<PropertyValue>)| values.is_empty());
    (!is_empty).then_some(Property { name, has_tags, is_list, rows })
}

fn constant(identifier: &Identifier, name: &PolicyName) -> Constant {
    let facts = name.facts.iter().filter_map(|(key, fact)| {
        let text = match fact {
            NameFact::List(values) if values.is_empty() => return None,
            NameFact::List(values) => values.join(", "),
            NameFact::Text(Some(text)) if *text != name.value => text.clone(),
            NameFact::Text(_) | NameFact::Flag(_) => return None,
        };
        let mut title = key.chars();
        let first = title.next().map(|first| first.to_ascii_uppercase());
        Some(format!("{}{}: {}", first.into_iter().collect::<String>(), title.as_str(), line(&text)))
    });
    Constant {
        identifier: identifier.clone(),
        value: name.value.clone(),
        purpose: purpose(name.doc.as_deref().unwrap_or_default()),
        facts: facts.collect(),
    }
}

fn purpose(doc: &str) -> Vec<String> {
    let mut lines: Vec<String> = doc.lines().map(line).collect();
    let is_text = |line: &String| !line.is_empty();
    lines.truncate(lines.iter().rposition(is_text).map_or(0, |last| last + 1));
    lines.drain(..lines.iter().position(is_text).unwrap_or(0));
    lines
}

/// Returns a line of a comment with its control characters made visible and without spaces at its
/// ends, because formatters remove such spaces.
fn line(text: &str) -> String {
    visible(&text.replace('\t', " ")).trim().to_owned()
}

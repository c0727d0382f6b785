//! The Rust items that a policy expands to.

use std::collections::HashMap;

use policy_core::Code;
use policy_core::model::{Levels, Policy, Sidecar, Source};
use policy_core::source::Origin;
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::finding::Finding;
use crate::ide::Cards;
use crate::place::{Place, file_and_line};

/// What a policy expands to.
#[derive(Default)]
pub(crate) struct Items {
    pub(crate) tokens: TokenStream,
    /// The item of each name, by its module.
    names: HashMap<(&'static str, String), String>,
}

impl Items {
    /// What the item of a name is called, if it has one.
    pub(crate) fn name(&self, module: &'static str, text: &str) -> Option<&str> {
        self.names.get(&(module, text.to_owned())).map(String::as_str)
    }
}

/// `HUJSON`, `POLICY`, and an item for each declared name. `place` tells where an origin comes from, `cards` what an
/// editor is to show of a name.
pub(crate) fn items(
    policy: &Policy,
    hujson: &str,
    facts: &str,
    place: &dyn Fn(Origin) -> Place,
    cards: Option<&Cards>,
    findings: &mut Vec<Finding>,
) -> Items {
    let groups = policy.groups.iter().map(|group| (&group.name, &group.doc));
    let tags = policy.tag_owners.iter().map(|tag| (&tag.tag, &tag.doc));
    let hosts = policy.hosts.iter().map(|host| (&host.name, &host.doc));
    let ipsets = policy.ipsets.iter().map(|set| (&set.name, &set.doc));
    let postures = policy.postures.iter().map(|posture| (&posture.name, &posture.doc));
    let users = policy.facts.users.iter().map(|user| (&user.name, &user.doc));
    let devices = policy.facts.devices.iter().map(|device| (&device.name, &device.doc));
    let name = |(name, doc): (&policy_core::source::Text, &Option<String>)| Name {
        text: name.as_str().to_owned(),
        value: name.as_str().to_owned(),
        doc: doc.clone(),
        origin: name.origin,
        place: place(name.origin),
    };
    let mut users: Vec<Name> = users.map(name).collect();
    for (item, user) in users.iter_mut().zip(&policy.facts.users) {
        item.value = user.email.as_str().to_owned();
    }
    let modules = [
        Module { name: "tag", what: "tags", names: tags.map(name).collect() },
        Module { name: "group", what: "groups", names: groups.map(name).collect() },
        Module { name: "host", what: "hosts", names: hosts.map(name).collect() },
        Module { name: "ipset", what: "ip sets", names: ipsets.map(name).collect() },
        Module { name: "posture", what: "postures", names: postures.map(name).collect() },
        Module { name: "user", what: "users", names: users },
        Module { name: "device", what: "devices", names: devices.map(name).collect() },
    ];
    let places = written_at(policy, place);
    let levels = Levels::new(policy);
    let mut items = Items::default();
    let modules: TokenStream =
        modules.into_iter().map(|module| module.tokens(&levels, cards, &mut items.names, findings)).collect();
    let beside = policy.facts.sidecar.as_ref().map(|sidecar| with_invariants(sidecar, hujson.len() + facts.len() + 2));
    items.tokens = quote! {
        /// The policy as HuJSON, formatted as Tailscale formats it.
        #[allow(dead_code)]
        pub const HUJSON: &str = #hujson;

        /// The policy as a model, read when it is first used.
        #[allow(dead_code)]
        pub static POLICY: ::std::sync::LazyLock<::policy_core::Policy> =
            ::std::sync::LazyLock::new(|| ::policy_core::Policy::with_facts(HUJSON, #facts) #places #beside);

        #modules
    };
    items
}

/// The call that reads the invariants of a file, too; beyond the other two texts.
fn with_invariants(sidecar: &Sidecar, base: usize) -> TokenStream {
    let Sidecar { name, text, .. } = sidecar;
    let base = u32::try_from(base).unwrap_or(u32::MAX);
    quote! {
        .with_invariants(::policy_core::model::Sidecar {
            name: ::std::string::String::from(#name),
            text: ::std::string::String::from(#text),
            base: #base,
        })
    }
}

/// The call that tells where the statements of a policy were written, unless it is its own source, as one that stays in
/// a file.
fn written_at(policy: &Policy, place: &dyn Fn(Origin) -> Place) -> Option<TokenStream> {
    let in_rust = |statement| Some(place(statement)).filter(|place| place.in_file.is_none());
    let places = policy.statements().into_iter().map_while(|statement| file_and_line(in_rust(statement)?.first));
    let places = Source::written(places);
    (!places.is_empty()).then(|| quote! { .written_at(#places) })
}

/// Names of one kind.
struct Module {
    name: &'static str,
    what: &'static str,
    names: Vec<Name>,
}

struct Name {
    /// As declared.
    text: String,
    /// What the item holds.
    value: String,
    doc: Option<String>,
    origin: Origin,
    place: Place,
}

impl Module {
    fn tokens(
        self,
        levels: &Levels,
        cards: Option<&Cards>,
        named: &mut HashMap<(&'static str, String), String>,
        findings: &mut Vec<Finding>,
    ) -> TokenStream {
        if self.names.is_empty() {
            return TokenStream::new();
        }
        let mut by_item: HashMap<String, usize> = HashMap::new();
        for name in &self.names {
            *by_item.entry(item_name(&name.text)).or_default() += 1;
        }
        let ty = type_of(self.name).map(|ty| Ident::new(ty, Span::call_site()));
        let mut seen: HashMap<String, (String, Place)> = HashMap::new();
        let mut items = TokenStream::new();
        for name in &self.names {
            let item = item_name(&name.text);
            if by_item.get(&item).is_some_and(|count| *count > 1) {
                let first = seen.entry(item.clone()).or_insert_with(|| (name.text.clone(), name.place));
                if first.0 != name.text && !levels.allows(Code::AmbiguousItem, name.origin) {
                    let message =
                        format!("`{}` and `{}` would both be `{}::{item}` in Rust", first.0, name.text, self.name);
                    findings.push(
                        Finding::new(Code::AmbiguousItem, name.place, message)
                            .note_at("the other one", first.1)
                            .help("neither has an item; Rust code has to name them by their text"),
                    );
                }
                continue;
            }
            let ident = Ident::new(&item, name.span());
            let card = cards.and_then(|cards| cards.get(self.name, &name.text));
            let (doc, value) = (card.map_or_else(|| name.documentation(), str::to_owned), &name.value);
            named.insert((self.name, name.text.clone()), item);
            items.extend(quote! {
                #[doc = #doc]
                pub const #ident: ::policy_core::name::#ty = ::policy_core::name::#ty::declared(#value);
            });
        }
        let module = Ident::new(self.name, Span::call_site());
        let doc = format!("The {} of this tailnet, by name.", self.what);
        quote! {
            #[doc = #doc]
            #[allow(non_upper_case_globals, dead_code)]
            pub mod #module { #items }
        }
    }
}

impl Name {
    /// The token that its item is at home at. A name of several tokens is at home at the word before its colon: each
    /// of the others is a part of other names, too. So is the variable of a loop.
    fn span(&self) -> Span {
        match self.text.split_once(':') {
            _ if !self.text.contains('-') && self.place.iteration.is_none() => self.place.last,
            Some(_) => self.place.first,
            None => Span::call_site(),
        }
    }

    fn documentation(&self) -> String {
        match &self.doc {
            Some(doc) => format!("`{}`: {doc}", self.text),
            None => format!("`{}`", self.text),
        }
    }
}

/// The type of the items in a module.
pub(crate) fn type_of(module: &str) -> Option<&'static str> {
    Some(match module {
        "tag" => "Tag",
        "group" => "Group",
        "host" => "Host",
        "ipset" => "IpSet",
        "posture" => "Posture",
        "user" => "User",
        "device" => "Device",
        _ => return None,
    })
}

/// The Rust name of a policy's name: without its kind, `-` as `_`, no leading digit, no keyword.
pub(crate) fn item_name(text: &str) -> String {
    let name = text.split_once(':').map_or(text, |(_, name)| name);
    let mut item: String =
        name.chars().map(|char| if char.is_ascii_alphanumeric() || char == '_' { char } else { '_' }).collect();
    if item.starts_with(|char: char| char.is_ascii_digit()) {
        item.insert(0, '_');
    }
    if item.is_empty() || item == "_" || KEYWORDS.binary_search(&item.as_str()).is_ok() {
        item.push('_');
    }
    item
}

/// What Rust lets nobody name an item, in any edition. In order.
#[rustfmt::skip]
const KEYWORDS: &[&str] = &[
    "Self", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match",
    "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait",
    "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_a_name_in_rust() {
        assert!(KEYWORDS.is_sorted());
        for (name, item) in [
            ("tag:web", "web"),
            ("tag:k8s-api", "k8s_api"),
            ("tag:2x4", "_2x4"),
            ("tag:type", "type_"),
            ("tag:self", "self_"),
            ("db.prod", "db_prod"),
            ("_", "__"),
            ("größe", "gr__e"),
        ] {
            assert_eq!(item_name(name), item, "{name}");
        }
    }
}

//! The Rust items that a policy expands to.

use std::collections::HashMap;

use policy_core::Code;
use policy_core::model::{Levels, Origin, Policy};
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::finding::Finding;
use crate::place::Place;

/// `HUJSON`, `POLICY`, and an item for each declared name. `place` tells where an origin comes from.
pub(crate) fn items(
    policy: &Policy,
    hujson: &str,
    facts: &str,
    place: &dyn Fn(Origin) -> Place,
    findings: &mut Vec<Finding>,
) -> TokenStream {
    let groups = policy.groups.iter().map(|group| (&group.name, &group.doc));
    let tags = policy.tag_owners.iter().map(|tag| (&tag.tag, &tag.doc));
    let hosts = policy.hosts.iter().map(|host| (&host.name, &host.doc));
    let ipsets = policy.ipsets.iter().map(|set| (&set.name, &set.doc));
    let postures = policy.postures.iter().map(|posture| (&posture.name, &posture.doc));
    let users = policy.facts.users.iter().map(|user| (&user.name, &user.doc));
    let devices = policy.facts.devices.iter().map(|device| (&device.name, &device.doc));
    let name = |(name, doc): (&policy_core::model::Text, &Option<String>)| Name {
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
        Module { name: "tag", ty: "Tag", what: "tags", names: tags.map(name).collect() },
        Module { name: "group", ty: "Group", what: "groups", names: groups.map(name).collect() },
        Module { name: "host", ty: "Host", what: "hosts", names: hosts.map(name).collect() },
        Module { name: "ipset", ty: "IpSet", what: "ip sets", names: ipsets.map(name).collect() },
        Module { name: "posture", ty: "Posture", what: "postures", names: postures.map(name).collect() },
        Module { name: "user", ty: "User", what: "users", names: users },
        Module { name: "device", ty: "Device", what: "devices", names: devices.map(name).collect() },
    ];
    let levels = Levels::new(policy);
    let modules: TokenStream = modules.into_iter().map(|module| module.tokens(&levels, findings)).collect();
    quote! {
        /// The policy as HuJSON, formatted as Tailscale formats it.
        #[allow(dead_code)]
        pub const HUJSON: &str = #hujson;

        /// The policy as a model, read when it is first used.
        #[allow(dead_code)]
        pub static POLICY: ::std::sync::LazyLock<::policy_core::Policy> =
            ::std::sync::LazyLock::new(|| ::policy_core::Policy::with_facts(HUJSON, #facts));

        #modules
    }
}

/// Names of one kind.
struct Module {
    name: &'static str,
    ty: &'static str,
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
    fn tokens(self, levels: &Levels, findings: &mut Vec<Finding>) -> TokenStream {
        if self.names.is_empty() {
            return TokenStream::new();
        }
        let mut by_item: HashMap<String, usize> = HashMap::new();
        for name in &self.names {
            *by_item.entry(item_name(&name.text)).or_default() += 1;
        }
        let ty = Ident::new(self.ty, Span::call_site());
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
            let ident = Ident::new(&item, name.place.first);
            let (doc, value) = (name.documentation(), &name.value);
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
    fn documentation(&self) -> String {
        match &self.doc {
            Some(doc) => format!("`{}`: {doc}", self.text),
            None => format!("`{}`", self.text),
        }
    }
}

/// The Rust name of a policy's name: without its kind, `-` as `_`, no leading digit, no keyword.
fn item_name(text: &str) -> String {
    let name = text.split_once(':').map_or(text, |(_, name)| name);
    let mut item: String =
        name.chars().map(|char| if char.is_ascii_alphanumeric() || char == '_' { char } else { '_' }).collect();
    if item.starts_with(|char: char| char.is_ascii_digit()) {
        item.insert(0, '_');
    }
    if item.is_empty() || item == "_" || KEYWORDS.contains(&item.as_str()) {
        item.push('_');
    }
    item
}

/// What Rust lets nobody name an item, in any edition.
#[rustfmt::skip]
const KEYWORDS: &[&str] = &[
    "Self", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match",
    "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait",
    "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

//! The Rust items that a policy expands to.

use std::collections::HashMap;

use policy_core::Code;
use policy_core::identifier::{ALL, item_name};
use policy_core::model::{InvariantsFile, LintLevels, Policy, SourceLines};
use policy_core::source::Origin;
use policy_syntax::Hovers;
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::capability_types;
use crate::item_names::{ItemNames, documentation, type_of};
use crate::span_range::{Finding, SpanRange};

/// Returns `HUJSON`, `POLICY` and an item for each declared name, and the names of those items.
/// `place` returns the place of an origin, and `line` its file and line. `hovers` has the texts
/// that editors show.
pub(crate) fn items(
    policy: &Policy,
    hujson: &str,
    facts: &str,
    place: &dyn Fn(Origin) -> SpanRange,
    line: &dyn Fn(Origin) -> Option<(String, usize)>,
    hovers: Option<&Hovers>,
    findings: &mut Vec<Finding>,
) -> (TokenStream, ItemNames) {
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
    let service = |service: &policy_core::model::Selector| (service.text.clone(), None);
    let services: Vec<_> = policy.services().into_iter().map(service).collect();
    let mut users: Vec<Name> = users.map(name).collect();
    for (item, user) in users.iter_mut().zip(&policy.facts.users) {
        item.value = user.email.as_str().to_owned();
    }
    let modules = [
        Module { name: "tag", what: "tags", names: tags.map(name).collect() },
        Module { name: "group", what: "groups", names: groups.map(name).collect() },
        Module { name: "host", what: "hosts", names: hosts.map(name).collect() },
        Module {
            name: "service",
            what: "services",
            names: services.iter().map(|(text, doc)| name((text, doc))).collect(),
        },
        Module { name: "ipset", what: "ip sets", names: ipsets.map(name).collect() },
        Module { name: "posture", what: "postures", names: postures.map(name).collect() },
        Module { name: "user", what: "users", names: users },
        Module { name: "device", what: "devices", names: devices.map(name).collect() },
    ];
    let places = source_places(policy, line);
    let levels = LintLevels::new(policy);
    let mut item_names = ItemNames::default();
    let modules: TokenStream =
        modules.into_iter().map(|module| module.tokens(&levels, hovers, &mut item_names, findings)).collect();
    let capabilities = capability_types::module(policy, place, findings);
    let with_invariants = policy.facts.invariants_file.as_ref().map(with_invariants);
    let items = quote! {
        /// The policy as HuJSON, formatted as Tailscale formats it.
        #[allow(dead_code)]
        pub const HUJSON: &str = #hujson;

        /// The policy as a model, read when it is first used.
        #[allow(dead_code)]
        pub static POLICY: ::std::sync::LazyLock<::policy_core::ValidPolicy> = ::std::sync::LazyLock::new(|| {
            ::policy_core::ValidPolicy::compiled(::policy_core::Policy::with_facts(HUJSON, #facts) #places #with_invariants)
        });

        #modules
        #capabilities
    };
    (items, item_names)
}

/// Returns the call that adds the invariants of a file.
fn with_invariants(file: &InvariantsFile) -> TokenStream {
    let InvariantsFile { name, text, facts, places, .. } = file;
    quote! {
        .with_invariants(::policy_core::model::InvariantsFile {
            name: ::std::string::String::from(#name),
            text: ::std::string::String::from(#text),
            facts: ::std::string::String::from(#facts),
            places: ::std::string::String::from(#places),
            unreadable: ::std::vec::Vec::new(),
        })
    }
}

/// Returns the call that adds the lines of the policy's statements.
fn source_places(policy: &Policy, line: &dyn Fn(Origin) -> Option<(String, usize)>) -> Option<TokenStream> {
    let places = SourceLines::encode(policy.statements().into_iter().map_while(line));
    (!places.is_empty()).then(|| quote! { .with_source_lines(#places) })
}

/// Names of one kind.
struct Module {
    name: &'static str,
    what: &'static str,
    names: Vec<Name>,
}

struct Name {
    /// The declared name.
    text: String,
    /// The value of the item.
    value: String,
    doc: Option<String>,
    origin: Origin,
    place: SpanRange,
}

impl Module {
    fn tokens(
        self,
        levels: &LintLevels,
        hovers: Option<&Hovers>,
        item_names: &mut ItemNames,
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
        let mut seen: HashMap<String, (String, SpanRange)> = HashMap::new();
        let (mut items, mut all) = (TokenStream::new(), TokenStream::new());
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
                let value = &name.value;
                all.extend(quote! { ::policy_core::name::#ty::declared(#value), });
                continue;
            }
            let ident = Ident::new(&item, name.span());
            let hover = hovers.and_then(|hovers| hovers.get(self.name, &name.text));
            let (doc, value) =
                (hover.map_or_else(|| documentation(&name.text, name.doc.as_deref()), str::to_owned), &name.value);
            let item_here = Ident::new(&item, Span::call_site());
            all.extend(quote! { #item_here, });
            item_names.add(self.name, &name.text, item);
            items.extend(quote! {
                #[doc = #doc]
                pub const #ident: ::policy_core::name::#ty = ::policy_core::name::#ty::declared(#value);
            });
        }
        let (module, list) = (Ident::new(self.name, Span::call_site()), Ident::new(ALL, Span::call_site()));
        let doc_of_list = format!("All {} of this tailnet, in the order of the policy.", self.what);
        let doc = format!("The {} of this tailnet, by name.", self.what);
        quote! {
            #[doc = #doc]
            #[allow(non_upper_case_globals, dead_code)]
            pub mod #module {
                #items
                #[doc = #doc_of_list]
                pub const #list: &[::policy_core::name::#ty] = &[#all];
            }
        }
    }
}

impl Name {
    /// Returns the token that an editor jumps to for the item. For a name of several tokens, it is
    /// the word before the colon, because the other tokens may be parts of other names. The same
    /// applies to the variable of a loop.
    fn span(&self) -> Span {
        match self.text.split_once(':') {
            _ if !self.text.contains('-') && self.place.iteration.is_none() => self.place.last,
            Some(_) => self.place.first,
            None => Span::call_site(),
        }
    }
}

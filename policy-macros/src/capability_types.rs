//! The Rust types of declared capabilities. The program that reads a capability and the policy that
//! grants it then have the same definition.

use std::collections::{HashMap, HashSet};

use policy_core::Code;
use policy_core::identifier::{ALL, item_name, words};
use policy_core::model::{DeclaredCapability, Field, Policy, Shape};
use policy_core::source::Origin;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::item_names::documentation;
use crate::span_range::{Finding, SpanRange};

/// Returns the module `capability`. It has the name and the type of the bodies of each declared
/// capability. `place` returns the place of an origin.
pub(crate) fn module(
    policy: &Policy,
    place: &dyn Fn(Origin) -> SpanRange,
    findings: &mut Vec<Finding>,
) -> Option<TokenStream> {
    // Very few policies declare capabilities.
    if policy.capabilities.is_empty() {
        return None;
    }
    let mut types =
        Types { place, findings, types: HashMap::new(), constants: HashMap::new(), items: TokenStream::new() };
    let mut all = TokenStream::new();
    let mut names = HashSet::new();
    // Duplicate declarations are reported elsewhere.
    for capability in policy.capabilities.iter().filter(|capability| names.insert(capability.name.as_str())) {
        let constant = types.capability(capability);
        all.extend(constant.map(|constant| quote! { #constant, }));
    }
    let (items, list) = (types.items, format_ident!("{}", ALL));
    Some(quote! {
        /// The app capabilities that this policy declares: their names, and the types of their
        /// bodies.
        // Most crates have no feature `serde`.
        #[allow(dead_code, unexpected_cfgs)]
        pub mod capability {
            #items
            /// All app capabilities that this policy declares, in its order.
            pub const #list: &[::policy_core::name::Capability] = &[#all];
        }
    })
}

struct Types<'t> {
    place: &'t dyn Fn(Origin) -> SpanRange,
    findings: &'t mut Vec<Finding>,
    /// The types by name, each with its name in the policy.
    types: HashMap<String, (String, SpanRange)>,
    /// The constants for the capabilities by name, each with its name in the policy.
    constants: HashMap<String, (String, SpanRange)>,
    items: TokenStream,
}

impl Types<'_> {
    /// Adds the items of a capability, and returns the name of its constant. Reports a part that
    /// has no valid name in Rust, and then returns nothing.
    fn capability(&mut self, capability: &DeclaredCapability) -> Option<Ident> {
        let name = capability.name.as_str();
        let place = (self.place)(capability.name.origin);
        let last = last_part(name);
        let (ty, own_place) = match &capability.type_name {
            Some(ty) => (ty.as_str(), (self.place)(ty.origin)),
            None => (last, place),
        };
        let constant = constant_name(ty);
        let ident = match &capability.type_name {
            Some(_) => self.add_name(ty.to_owned(), name, own_place, true)?,
            None => self.type_name(&[last], name, place)?,
        };
        self.record(capability, capability.fields(), &[ty], &ident, &documentation(name, capability.doc.as_deref()))?;
        let constant_here = format_ident!("{}", constant);
        let constant = Ident::new(&constant, own_place.token_of_name());
        let doc = documentation(name, capability.doc.as_deref());
        self.items.extend(quote! {
            #[doc = #doc]
            pub const #constant: ::policy_core::name::Capability = ::policy_core::name::Capability::declared(#name);
        });
        Some(constant_here)
    }

    /// Adds a struct. `path` has the names of the records around it, and its own name.
    fn record(
        &mut self,
        capability: &DeclaredCapability,
        fields: &[Field],
        path: &[&str],
        ty: &Ident,
        doc: &str,
    ) -> Option<()> {
        let mut seen: HashMap<String, (&str, SpanRange)> = HashMap::new();
        let (mut members, mut serde_members) = (TokenStream::new(), TokenStream::new());
        for field in fields {
            let place = (self.place)(capability.place(field));
            let item = self.name_in_rust(&field.name, place).map(|words| item_name(&words.join("_")))?;
            if let Some((first, first_place)) = seen.insert(item.clone(), (&field.name, place)) {
                self.report_collision([first, &field.name], &format!("the field `{item}`"), place, first_place, RENAME);
                return None;
            }
            let path: Vec<&str> = path.iter().copied().chain([field.name.as_str()]).collect();
            let ty = self.shape(capability, &field.shape, &path, field, place)?;
            let ty = if field.is_optional {
                quote! { ::core::option::Option<#ty> }
            } else {
                ty
            };
            let rename = (item != field.name).then_some(&field.name).map(|name| quote! { rename = #name });
            let skip =
                field.is_optional.then(|| quote! { default, skip_serializing_if = "::core::option::Option::is_none" });
            let options: Vec<TokenStream> = rename.into_iter().chain(skip).collect();
            let serde = (!options.is_empty()).then(|| quote! { #[serde(#(#options),*)] });
            let (doc, ident) =
                (documentation(&field.name, field.doc.as_deref()), Ident::new(&item, place.token_of_name()));
            let member = quote! {
                #[doc = #doc]
                pub #ident: #ty,
            };
            serde_members.extend(quote! { #serde #member });
            members.extend(member);
        }
        let attributes = quote! {
            #[doc = #doc]
            #[derive(Clone, Debug, PartialEq)]
        };
        self.add_type(&attributes, &quote! { pub struct #ty }, &members, &serde_members);
        Some(())
    }

    /// Returns the type of a field's values, or of the items of its list. Adds the types that it
    /// needs.
    fn shape(
        &mut self,
        capability: &DeclaredCapability,
        shape: &Shape,
        path: &[&str],
        field: &Field,
        place: SpanRange,
    ) -> Option<TokenStream> {
        Some(match shape {
            Shape::Bool => quote! { bool },
            Shape::Int => quote! { i64 },
            Shape::Number => quote! { f64 },
            Shape::String => quote! { ::std::string::String },
            Shape::List(item) => {
                let item = self.shape(capability, item, path, field, place)?;
                quote! { ::std::vec::Vec<#item> }
            }
            Shape::Choice(choices) => {
                let ty = self.type_name(path, &field.name, place)?;
                self.choice(choices, &ty, &documentation(&field.name, field.doc.as_deref()), place)?;
                quote! { #ty }
            }
            Shape::Record(fields) => {
                let ty = self.type_name(path, &field.name, place)?;
                self.record(capability, fields, path, &ty, &documentation(&field.name, field.doc.as_deref()))?;
                quote! { #ty }
            }
            // Declarations have no other shapes.
            _ => return None,
        })
    }

    /// Adds an enum.
    fn choice(&mut self, choices: &[String], ty: &Ident, doc: &str, place: SpanRange) -> Option<()> {
        let mut seen: HashMap<String, &str> = HashMap::new();
        let (mut variants, mut serde_variants) = (TokenStream::new(), TokenStream::new());
        for choice in choices {
            let variant = self.name_in_rust(choice, place).map(|words| pascal_case(&words))?;
            if let Some(first) = seen.insert(variant.clone(), choice) {
                self.report_collision([first, choice], &format!("the variant `{variant}`"), place, place, RENAME);
                return None;
            }
            let (doc, variant) = (format!("`\"{choice}\"`"), format_ident!("{}", variant));
            let variant = quote! {
                #[doc = #doc]
                #variant,
            };
            serde_variants.extend(quote! { #[serde(rename = #choice)] #variant });
            variants.extend(variant);
        }
        let attributes = quote! {
            #[doc = #doc]
            #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        };
        self.add_type(&attributes, &quote! { pub enum #ty }, &variants, &serde_variants);
        Some(())
    }

    /// Adds a type, and another version of it for a crate with a feature `serde`. With `cfg_attr`
    /// one version would be enough, but rustc would warn about the feature in every other crate: an
    /// `allow` of the module does not apply to its attributes.
    fn add_type(
        &mut self,
        attributes: &TokenStream,
        head: &TokenStream,
        inside: &TokenStream,
        serde_inside: &TokenStream,
    ) {
        self.items.extend(quote! {
            #[cfg(not(feature = "serde"))]
            #attributes
            #head { #inside }

            #[cfg(feature = "serde")]
            #attributes
            #[derive(::serde::Deserialize, ::serde::Serialize)]
            #head { #serde_inside }
        });
    }

    /// Returns the name of a type, built from all names of its path. `text` is its name in the
    /// policy.
    fn type_name(&mut self, path: &[&str], text: &str, place: SpanRange) -> Option<Ident> {
        let mut all = Vec::new();
        for part in path {
            all.extend(self.name_in_rust(part, place)?);
        }
        self.add_name(pascal_case(&all), text, place, path.len() == 1)
    }

    /// Adds the name of a type. `text` is its name in the policy.
    fn add_name(&mut self, name: String, text: &str, place: SpanRange, is_capability: bool) -> Option<Ident> {
        let constant = is_capability.then(|| constant_name(&name));
        let this = || (text.to_owned(), place);
        let taken =
            self.types.insert(name.clone(), this()).map(|first| (format!("the type `capability::{name}`"), first));
        // Types may differ by their capitals only.
        let taken = constant
            .and_then(|constant| {
                let first = self.constants.insert(constant.clone(), this())?;
                Some((format!("the constant `capability::{constant}`"), first))
            })
            .filter(|_| taken.is_none())
            .or(taken);
        let Some((what, (first, first_place))) = taken else { return Some(Ident::new(&name, place.token_of_name())) };
        let help = if is_capability {
            format!("give its type a name of its own: `\"{text}\" as {} {{ … }}`", self.free_name(text))
        } else {
            RENAME.to_owned()
        };
        self.report_collision([&first, text], &what, place, first_place, &help);
        None
    }

    /// Returns a name that no type has so far: of the words of a capability's domain and its last
    /// part.
    fn free_name(&self, capability: &str) -> String {
        let domain = capability.split('/').next().unwrap_or_default();
        let labels: Vec<&str> = domain.split('.').collect();
        let last = last_part(capability);
        let starts = (1..=labels.len()).filter_map(|end| labels.get(..end));
        let of_labels = starts.map(|labels| {
            let all: Vec<String> = labels.iter().copied().chain([last]).flat_map(words).collect();
            pascal_case(&all)
        });
        let numbered = (2..).map(|number| format!("{}{number}", pascal_case(&words(last))));
        // A name that starts with a digit gets a `_` before it, and is not valid in `policy!`.
        let is_free = |name: &String| {
            let is_written = name.starts_with(|char: char| char.is_ascii_uppercase()) && !name.ends_with('_');
            is_written && !self.types.contains_key(name) && !self.constants.contains_key(&constant_name(name))
        };
        of_labels.chain(numbered.take(self.types.len() + 1)).find(is_free).unwrap_or_else(|| "Other".to_owned())
    }

    /// Splits a name into words. There must be at least one.
    fn name_in_rust(&mut self, text: &str, place: SpanRange) -> Option<Vec<String>> {
        let words = words(text);
        if words.is_empty() {
            let message = format!("`{text}` has neither letters nor digits of ASCII, so it has no name in Rust");
            let help = "write another name, or declare the field as `string` if it is one of its values";
            self.findings.push(Finding::new(Code::AmbiguousCapability, place, message).help(help));
            return None;
        }
        Some(words)
    }

    fn report_collision(&mut self, texts: [&str; 2], what: &str, place: SpanRange, first: SpanRange, help: &str) {
        let [one, other] = texts;
        let message = if one == other {
            format!("`{one}` would be {what} in Rust twice")
        } else {
            format!("`{one}` and `{other}` would both be {what} in Rust")
        };
        let finding = Finding::new(Code::AmbiguousCapability, place, message);
        self.findings.push(finding.note_at("the other one", first).help(help));
    }
}

const RENAME: &str = "rename one of the two, so that they differ in more than signs and capitals";

/// Returns the name of the constant for a type.
fn constant_name(ty: &str) -> String {
    item_name(&words(ty).join("_").to_ascii_uppercase())
}

fn last_part(capability: &str) -> &str {
    capability.rsplit('/').next().unwrap_or_default()
}

/// Returns words in Pascal case, for the name of a type or a variant.
fn pascal_case(words: &[String]) -> String {
    let capitalise = |word: &String| {
        let mut chars = word.chars();
        chars.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(chars).collect::<String>()
    };
    item_name(&words.iter().map(capitalise).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_words() {
        for (text, snake, pascal) in [
            ("sql", "sql", "Sql"),
            ("read-only", "read_only", "ReadOnly"),
            ("allowDcr", "allow_dcr", "AllowDcr"),
            ("a.b c", "a_b_c", "ABC"),
            ("2fa", "_2fa", "_2fa"),
            ("type", "type_", "Type"),
            ("self", "self_", "Self_"),
            ("ALL", "all", "All"),
        ] {
            let words = words(text);
            assert_eq!((item_name(&words.join("_")).as_str(), pascal_case(&words).as_str()), (snake, pascal), "{text}");
        }
    }
}

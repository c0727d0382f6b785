//! The modules of a crate: their items, their imports, and the paths that they mention.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, Item, UseTree};

/// The segments of a path as written, such as `["super", "ports", "Ports"]`.
pub(crate) type Segments = Vec<String>;

/// The module tree of a library, keyed by the path from the root. The root has the empty path.
pub(crate) struct Crate {
    pub(crate) modules: BTreeMap<Segments, Module>,
}

/// A module, either a file or a `mod name { … }` in one.
#[derive(Default)]
pub(crate) struct Module {
    /// The file, relative to the folder of the crate's sources.
    pub(crate) file: PathBuf,
    /// The names of the items that are defined here.
    pub(crate) items: BTreeSet<String>,
    /// The names that `use` brings into the module, with their paths.
    pub(crate) imports: BTreeMap<String, Segments>,
    /// The paths of modules from which everything is imported.
    pub(crate) globs: Vec<Segments>,
    /// Every path in the module, including imports.
    pub(crate) paths: BTreeSet<Segments>,
}

/// A function that returns the text of a file, given its path below the sources.
type Read<'r> = &'r dyn Fn(&Path) -> Option<String>;

impl Crate {
    /// Reads the library whose `lib.rs` is in `sources`.
    pub(crate) fn read(sources: &Path) -> Crate {
        Crate::read_with(&|file| fs::read_to_string(sources.join(file)).ok())
    }

    pub(crate) fn read_with(read: Read) -> Crate {
        let mut krate = Crate { modules: BTreeMap::new() };
        krate.add_file(read, Path::new("lib.rs"), Path::new(""), Vec::new());
        krate
    }

    fn add_file(&mut self, read: Read, file: &Path, folder: &Path, path: Segments) {
        let text = read(file).unwrap_or_else(|| panic!("there is no {}", file.display()));
        let parsed = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        self.add_module(read, file, folder, path, &parsed.items);
    }

    /// Adds a module and all modules below it. The files of its child modules are in `folder`.
    fn add_module(&mut self, read: Read, file: &Path, folder: &Path, path: Segments, items: &[Item]) {
        let mut module = Module { file: file.to_owned(), ..Module::default() };
        for item in items.iter().filter(|item| !is_test_only(item)) {
            match item {
                Item::Mod(child) => {
                    let name = child.ident.to_string();
                    let child_path = [path.clone(), vec![name.clone()]].concat();
                    let child_folder = folder.join(&name);
                    match &child.content {
                        Some((_, items)) => self.add_module(read, file, &child_folder, child_path, items),
                        None => {
                            let flat = folder.join(format!("{name}.rs"));
                            let nested = child_folder.join("mod.rs");
                            let file = if read(&flat).is_some() { flat } else { nested };
                            self.add_file(read, &file, &child_folder, child_path);
                        }
                    }
                }
                Item::Use(import) => module.add_import(&import.tree, import.leading_colon.is_some()),
                _ => {
                    module.items.extend(name_of(item));
                    module.add_tokens(item.to_token_stream());
                }
            }
        }
        self.modules.insert(path, module);
    }
}

impl Module {
    fn add_import(&mut self, tree: &UseTree, is_extern: bool) {
        if !is_extern {
            self.add_use_tree(tree, &mut Vec::new());
        }
    }

    fn add_use_tree(&mut self, tree: &UseTree, prefix: &mut Segments) {
        match tree {
            UseTree::Path(path) => {
                prefix.push(path.ident.to_string());
                self.add_use_tree(&path.tree, prefix);
                prefix.pop();
            }
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.add_use_tree(tree, prefix)),
            UseTree::Glob(_) => self.globs.push(prefix.clone()),
            UseTree::Name(name) => self.add_name(prefix, name.ident.to_string(), None),
            UseTree::Rename(rename) => {
                self.add_name(prefix, rename.ident.to_string(), Some(rename.rename.to_string()));
            }
        }
    }

    fn add_name(&mut self, prefix: &[String], name: String, renamed: Option<String>) {
        let mut path = prefix.to_vec();
        // `use super::ports::{self, Ports}` imports `ports` itself.
        if name != "self" {
            path.push(name);
        }
        if let Some(name) = renamed.or_else(|| path.last().cloned()) {
            self.imports.insert(name, path.clone());
        }
        self.paths.insert(path);
    }

    /// Adds the paths in the tokens of an item, including those in macro calls and function bodies.
    fn add_tokens(&mut self, tokens: TokenStream) {
        let mut tokens = tokens.into_iter().peekable();
        let mut path: Segments = Vec::new();
        let mut colons = 0;
        while let Some(token) = tokens.next() {
            match token {
                // An import in a function body. `use<'a>` in a return type is not an import.
                TokenTree::Ident(ident) if ident == "use" && tokens.peek().is_some_and(|next| !is(next, '<')) => {
                    self.add_path(&mut path);
                    let tree: TokenStream = tokens.by_ref().take_while(|token| !is(token, ';')).collect();
                    if let Ok(tree) = syn::parse2::<UseTree>(tree) {
                        self.add_import(&tree, false);
                    }
                }
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.add_path(&mut path);
                    }
                    path.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => {
                    colons += 1;
                    // `::std::…` begins with the name of a crate.
                    if colons == 2 && path.is_empty() {
                        path.push(String::new());
                    }
                }
                token => {
                    self.add_path(&mut path);
                    colons = 0;
                    if let TokenTree::Group(group) = token {
                        self.add_tokens(group.stream());
                    }
                }
            }
        }
        self.add_path(&mut path);
    }

    fn add_path(&mut self, path: &mut Segments) {
        let path = std::mem::take(path);
        if path.len() > 1 && path.first().is_some_and(|first| !first.is_empty()) {
            self.paths.insert(path);
        }
    }
}

fn is(token: &TokenTree, character: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == character)
}

/// Returns true for items that exist only in tests.
fn is_test_only(item: &Item) -> bool {
    attributes(item).iter().any(|attribute| {
        attribute.path().is_ident("cfg") && {
            let condition = attribute.meta.to_token_stream().to_string().replace(' ', "");
            condition == "cfg(test)" || condition.starts_with("cfg(all(test,")
        }
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn name_of(item: &Item) -> Option<String> {
    let ident = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        _ => return None,
    };
    Some(ident.to_string())
}

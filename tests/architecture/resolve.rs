//! Resolves a path to the file that defines its target.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::module::{Crate, Segments};

/// The target of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Module(Segments),
    /// An item, with the module that defines it.
    Item(Segments, String),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Want {
    /// The target must allow another segment. A module takes precedence over an item of the same
    /// name.
    Prefix,
    /// The target of the whole path. An item takes precedence over a module of the same name.
    Whole,
}

/// The items of one file that another file uses.
pub(crate) type Uses = BTreeMap<(PathBuf, PathBuf), Vec<String>>;

/// The maximum length of a chain of re-exports. It ends cycles of `use`.
const LONGEST_CHAIN: usize = 32;

impl Crate {
    /// Returns the items that each file uses of each other file, at the place where the item is
    /// defined.
    ///
    /// Mentioning a module is not a use of it. The paths that continue from it are.
    pub(crate) fn uses(&self) -> Uses {
        let mut uses = Uses::new();
        for (at, module) in &self.modules {
            for path in &module.paths {
                if let Some(Target::Item(definer, item)) = self.resolve(at, path, Want::Whole, LONGEST_CHAIN) {
                    let file = &self.modules[&definer].file;
                    if *file != module.file {
                        uses.entry((module.file.clone(), file.clone())).or_default().push(item);
                    }
                }
            }
        }
        for items in uses.values_mut() {
            items.sort();
            items.dedup();
        }
        uses
    }

    /// Returns the target of a path in the module `at`, or `None` if it is in another crate.
    fn resolve(&self, at: &Segments, path: &[String], want: Want, left: usize) -> Option<Target> {
        let left = left.checked_sub(1)?;
        let mut current = at.clone();
        for (index, segment) in path.iter().enumerate() {
            let is_last = index + 1 == path.len();
            let want = if is_last { want } else { Want::Prefix };
            let next = match segment.as_str() {
                "crate" => Target::Module(Vec::new()),
                "self" => Target::Module(current.clone()),
                "super" => {
                    current.pop()?;
                    Target::Module(current.clone())
                }
                name => match self.look_up(&current, name, want, left) {
                    Some(target) => target,
                    // A macro of the module defines the name.
                    None if index > 0 => Target::Item(current.clone(), name.to_owned()),
                    // Another crate, a local name or a type parameter.
                    None => return None,
                },
            };
            match next {
                Target::Module(module) => current = module,
                // Another segment is a variant or an associated item.
                item => return Some(item),
            }
        }
        Some(Target::Module(current))
    }

    fn look_up(&self, module: &Segments, name: &str, want: Want, left: usize) -> Option<Target> {
        let child = || {
            let path = [module.clone(), vec![name.to_owned()]].concat();
            self.modules.contains_key(&path).then_some(Target::Module(path))
        };
        let here = self.modules.get(module)?;
        let import = || self.resolve_import(module, here.imports.get(name)?, name, want, left);
        let item = || here.items.contains(name).then(|| Target::Item(module.clone(), name.to_owned()));
        let glob = || {
            here.globs.iter().find_map(|path| match self.resolve(module, path, Want::Prefix, left)? {
                Target::Module(path) if path != *module => self.look_up(&path, name, want, left.checked_sub(1)?),
                _ => None,
            })
        };
        match want {
            Want::Prefix => child().or_else(import).or_else(item).or_else(glob),
            Want::Whole => item().or_else(import).or_else(glob).or_else(child),
        }
    }

    fn resolve_import(
        &self,
        module: &Segments,
        path: &Segments,
        name: &str,
        want: Want,
        left: usize,
    ) -> Option<Target> {
        // `use name::Item;` beside `mod name;`, or `use name;` of another crate: an import is not
        // its own prefix.
        if path.len() == 1 && path[0] == name {
            return None;
        }
        self.resolve(module, path, want, left)
    }
}

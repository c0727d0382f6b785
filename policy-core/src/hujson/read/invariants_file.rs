//! Invariants from a file. They are read as facts, and findings about them point into the file.

use crate::diagnostic::{Diagnostic, Note};
use crate::model::{Facts, Invariant, InvariantTarget, InvariantsFile, Lint, List, Policy, PortSpec, Selector, Until};
use crate::source::{FileId, Origin, Text};

impl Policy {
    /// Adds the invariants of a file. See [`InvariantsFile`].
    #[must_use]
    pub fn with_invariants(mut self, file: InvariantsFile) -> Policy {
        let (facts, unreadable) = Facts::parse(&file.facts);
        let places = Places::new(&file);
        self.facts.invariants.extend(facts.invariants.into_iter().map(|invariant| places.invariant(invariant)));
        self.facts.lints.extend(facts.lints.into_iter().map(|lint| {
            // A comment that was added to the facts has no place in the file.
            let scope = places.origin(lint.scope.unwrap_or(lint.origin));
            let until = lint.until.map(|until| Until { origin: places.origin(until.origin), ..until });
            Lint { until, scope: Some(scope), origin: scope, ..lint }
        }));
        self.unreadable.extend(file.unreadable.iter().cloned());
        self.unreadable.extend(unreadable.into_iter().map(|finding| places.diagnostic(finding)));
        self.facts.invariants_file = Some(file);
        self
    }
}

/// The places in the file from which the parts of the facts come.
struct Places<'f> {
    file: &'f InvariantsFile,
    places: Vec<(Origin, Origin)>,
}

impl<'f> Places<'f> {
    fn new(file: &'f InvariantsFile) -> Self {
        let place = |line: &str| {
            let mut numbers = line.split(' ').map(str::parse);
            let mut origin = || Some(Origin::new(numbers.next()?.ok()?, numbers.next()?.ok()?));
            Some((origin()?.in_file(FileId::FACTS), origin()?.in_file(FileId::Invariants)))
        };
        Places { file, places: file.places.lines().filter_map(place).collect() }
    }

    /// Returns the place in the file from which a part of the facts comes.
    fn origin(&self, part: Origin) -> Origin {
        let first = self.places.partition_point(|(place, _)| place.end < part.end);
        let around = self.places.get(first..).unwrap_or_default().iter().find(|(place, _)| place.contains(part));
        around.map_or(self.file.origin(), |(_, origin)| *origin)
    }

    fn invariant(&self, invariant: Invariant) -> Invariant {
        let target = |target: InvariantTarget| InvariantTarget {
            dst: self.selectors(target.dst),
            ip: self.list(target.ip, |port| PortSpec { text: self.text(port.text), ..port }),
            origin: self.origin(target.origin),
        };
        Invariant {
            src: self.selectors(invariant.src),
            src_except: self.selectors(invariant.src_except),
            targets: invariant.targets.into_iter().map(target).collect(),
            except: invariant.except.into_iter().map(target).collect(),
            origin: self.origin(invariant.origin),
            ..invariant
        }
    }

    fn selectors(&self, list: List<Selector>) -> List<Selector> {
        self.list(list, |selector| Selector { text: self.text(selector.text), ..selector })
    }

    fn list<T>(&self, list: List<T>, item: impl Fn(T) -> T) -> List<T> {
        let items = list.items.into_iter().map(item).collect();
        List { items, origin: list.origin.map(|origin| self.origin(origin)), ..list }
    }

    /// Returns the text with its place in the file. Its parts have exact places if the file has it
    /// literally.
    fn text(&self, text: Text) -> Text {
        let origin = self.origin(text.origin);
        let written = self.file.text.get(origin.range()).unwrap_or_default();
        if written == text.as_str() {
            Text::verbatim(text.as_str(), origin, origin.start)
        } else if written.strip_prefix('"').and_then(|inside| inside.strip_suffix('"')) == Some(text.as_str()) {
            Text::verbatim(text.as_str(), origin, origin.start + 1)
        } else {
            Text::escaped(text.as_str(), origin)
        }
    }

    fn diagnostic(&self, finding: Diagnostic) -> Diagnostic {
        let note = |note: Note| Note { origin: note.origin.map(|origin| self.origin(origin)), ..note };
        Diagnostic {
            origin: self.origin(finding.origin),
            notes: finding.notes.into_iter().map(note).collect(),
            ..finding
        }
    }
}

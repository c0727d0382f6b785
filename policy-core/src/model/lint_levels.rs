use std::collections::HashMap;

use crate::diagnostic::Code;
use crate::model::{Level, Policy};
use crate::source::{FileId, Origin};

/// An index of all lint levels of a policy with their scopes.
#[derive(Debug)]
pub struct LintLevels {
    allowed: HashMap<Code, Vec<Scope>>,
    denied: HashMap<Code, Vec<Scope>>,
}

/// A position in any of the texts that are read together.
type Position = (FileId, u32);

/// The start of a scope, and the furthest end of this scope and all that start before it.
#[derive(Clone, Copy, Debug)]
struct Scope {
    start: Position,
    reach: Position,
    /// The comment of the scope with the furthest end.
    comment: Origin,
}

impl LintLevels {
    /// Indexes the lints of a policy and its facts.
    pub fn new(policy: &Policy) -> LintLevels {
        let of = |level: Level| {
            let mut scopes: HashMap<Code, Vec<Scope>> = HashMap::new();
            for lint in policy.lints.iter().chain(&policy.facts.lints).filter(|lint| lint.level == level) {
                let (start, reach) = lint.scope.map_or(EVERYWHERE, bounds);
                let scope = Scope { start, reach, comment: lint.origin };
                for code in &lint.codes {
                    scopes.entry(*code).or_default().push(scope);
                }
            }
            for scopes in scopes.values_mut() {
                scopes.sort_by_key(|scope| scope.start);
                let mut furthest: Option<Scope> = None;
                for scope in scopes {
                    match furthest {
                        Some(further) if further.reach >= scope.reach => {
                            *scope = Scope { start: scope.start, ..further };
                        }
                        _ => furthest = Some(*scope),
                    }
                }
            }
            scopes
        };
        LintLevels { allowed: of(Level::Allow), denied: of(Level::Deny) }
    }

    /// Returns whether warnings with `code` are allowed at `origin`. `allow` takes precedence over `deny`.
    pub fn allows(&self, code: Code, origin: Origin) -> bool {
        comment(&self.allowed, code, origin).is_some()
    }

    /// Returns the comment that makes warnings with `code` errors at `origin`.
    pub fn denies(&self, code: Code, origin: Origin) -> Option<Origin> {
        comment(&self.denied, code, origin)
    }
}

/// The range of all texts.
const EVERYWHERE: (Position, Position) = ((FileId::Policy, 0), (FileId::Scanned(u16::MAX), u32::MAX));

fn bounds(origin: Origin) -> (Position, Position) {
    ((origin.file, origin.start), (origin.file, origin.end))
}

fn comment(scopes: &HashMap<Code, Vec<Scope>>, code: Code, origin: Origin) -> Option<Origin> {
    let scopes = scopes.get(&code)?;
    let (start, end) = bounds(origin);
    let before = scopes.partition_point(|scope| scope.start <= start);
    let nearest = scopes.get(before.checked_sub(1)?)?;
    (nearest.reach >= end).then_some(nearest.comment)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Lint;

    #[test]
    fn levels_are_those_of_the_scopes_around() {
        let scopes = [(10, 20), (12, 14), (15, 18), (30, 40), (30, 35), (30, 40)];
        let lint = |(start, end): &(u32, u32)| Lint {
            level: Level::Allow,
            codes: vec![Code::UnusedTag],
            reason: "why not".to_owned(),
            until: None,
            scope: Some(Origin::new(*start, *end)),
            origin: Origin::new(*start, *start),
        };
        let levels = LintLevels::new(&Policy { lints: scopes.iter().map(lint).collect(), ..Policy::default() });
        for start in 0..45 {
            for end in start..45 {
                let origin = Origin::new(start, end);
                let around = scopes.iter().any(|(start, end)| Origin::new(*start, *end).contains(origin));
                assert_eq!(levels.allows(Code::UnusedTag, origin), around, "{origin:?}");
                assert!(!levels.allows(Code::UnusedHost, origin) && levels.denies(Code::UnusedTag, origin).is_none());
            }
        }
    }
}

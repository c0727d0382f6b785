//! The pairs of two lists of ends, grouped by the rules between them.

use std::collections::HashMap;

use crate::query::QueryError;
use crate::query::query_end::QueryEnd;
use crate::query::query_world::QueryWorld;
use crate::query::rules_between::RulesBetween;

/// Sources and destinations with the same rules between all of them.
pub(super) struct Block {
    /// The indices of the sources in their list.
    pub(super) sources: Vec<usize>,
    /// The indices of the destinations in their list.
    pub(super) destinations: Vec<usize>,
    /// True for devices of one user, false for other devices. `None` if that makes no difference.
    pub(super) is_own: Option<bool>,
    pub(super) between: RulesBetween,
}

/// The maximum number of pairs of a source and a destination that are examined. A question about
/// more is almost certainly a mistake.
const MOST_PAIRS: usize = 2_000_000;

/// The maximum number of rules in an answer. A rule counts once for each distinct pair of a source
/// and a destination.
const MOST_RULES: usize = 100_000;

/// Groups all pairs of a source and a destination by the rules between them. `relevant` keeps the
/// rules that matter to the question. The blocks are in the order of their first sources.
pub(super) fn group_pairs<'p>(
    world: &QueryWorld<'p>,
    sources: &[QueryEnd<'p>],
    destinations: &[QueryEnd<'p>],
    only_own: bool,
    relevant: impl Fn(RulesBetween, &QueryEnd<'p>) -> RulesBetween,
) -> Result<Vec<Block>, QueryError> {
    let too_many = || {
        QueryError::new("the question is about too many pairs of a source and a destination")
            .help("ask about fewer of them, or list all of them with `matrix --format json`")
    };
    if sources.len().saturating_mul(destinations.len()) > MOST_PAIRS {
        return Err(too_many());
    }
    let mut rules = 0_usize;
    let mut blocks: Vec<Block> = Vec::new();
    let mut rows: HashMap<Vec<Column>, Vec<usize>> = HashMap::new();
    for (place, source) in sources.iter().enumerate() {
        let row = group_destinations(world, source, destinations, only_own, &relevant);
        if let Some(numbers) = rows.get(&row) {
            // Access that a device has through only one of its tags is listed for that tag.
            if !source.is_multi_tag() {
                for &number in numbers {
                    blocks.get_mut(number).into_iter().for_each(|block| block.sources.push(place));
                }
            }
            continue;
        }
        rules += row.iter().map(|column| column.between.len()).sum::<usize>();
        if rules > MOST_RULES {
            return Err(too_many());
        }
        let first = blocks.len();
        for Column { is_own, between, destinations } in &row {
            let (destinations, between) = (destinations.clone(), between.clone());
            blocks.push(Block { sources: vec![place], destinations, is_own: *is_own, between });
        }
        rows.insert(row, (first..blocks.len()).collect());
    }
    Ok(blocks)
}

/// Destinations that a source has the same rules to.
#[derive(PartialEq, Eq, Hash)]
struct Column {
    is_own: Option<bool>,
    between: RulesBetween,
    destinations: Vec<usize>,
}

fn group_destinations<'p>(
    world: &QueryWorld<'p>,
    source: &QueryEnd<'p>,
    destinations: &[QueryEnd<'p>],
    only_own: bool,
    relevant: &impl Fn(RulesBetween, &QueryEnd<'p>) -> RulesBetween,
) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    let mut known: HashMap<(Option<bool>, RulesBetween), usize> = HashMap::new();
    for (place, destination) in destinations.iter().enumerate() {
        let mut found: Vec<(Option<bool>, RulesBetween)> = Vec::new();
        for is_own in world.ownerships(source, destination, only_own) {
            found.push((Some(is_own), relevant(world.between(source, destination, is_own), source)));
        }
        // Common ownership is only mentioned if it makes a difference.
        match found.as_mut_slice() {
            [(is_own, _)] if !only_own => *is_own = None,
            [(is_own, between), (_, other)] if between == other => {
                *is_own = None;
                found.truncate(1);
            }
            _ => {}
        }
        for key in found {
            match known.get(&key).and_then(|&number| columns.get_mut(number)) {
                // Access that a device has through only one of its tags is listed for that tag.
                Some(column) => column.destinations.extend((!destination.is_multi_tag()).then_some(place)),
                None => {
                    known.insert(key.clone(), columns.len());
                    columns.push(Column { is_own: key.0, between: key.1, destinations: vec![place] });
                }
            }
        }
    }
    columns
}

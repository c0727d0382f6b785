//! The access matrix, as tables and as JSON.

use std::collections::{BTreeMap, HashMap};

use policy_analysis::matrix::{Cell, CellAccess, Matrix, MatrixEnd};
use policy_core::Policy;
use policy_core::json::{ToJson, Value, json};
use policy_core::model::{Selector, User};

use super::csv;
use super::prose::{Prose, Table};
use crate::json::{VERSION, array};
use crate::locations::Locations;
use crate::text::join;

/// Explains the cells of a policy's matrix.
pub(crate) fn legend(policy: &Policy) -> Prose {
    let numbers = "Y: all ports. -: no access. A number is a TCP port, SSH is TCP port 22, and ";
    let pings = " is port 53 of both TCP and UDP. A source that can reach a port can also ping.";
    let legend = Prose::text(numbers).and_code("*:53").and_text(pings);
    if policy.endings().iter().any(|ending| ending.kind.is_rule()) {
        legend.and_text(" \"until\" names the last day of access that ends, in UTC.")
    } else {
        legend
    }
}

/// Returns whether a policy has no rules, which allows everything.
pub(crate) fn allows_everything(policy: &Policy) -> bool {
    policy.grants.is_none() && policy.acls.is_none()
}

/// Returns a remark that the policy has no rules and allows everything.
pub(crate) fn allow_all_remark() -> Prose {
    Prose::text("The policy has no rules, so everything can reach everything.")
}

/// The names of users. A user in the facts is called by the name there.
pub(crate) struct Names<'p>(HashMap<String, &'p User>);

impl<'p> Names<'p> {
    pub(crate) fn new(policy: &'p Policy) -> Self {
        Names(policy.facts.users.iter().map(|user| (user.email.to_ascii_lowercase(), user)).collect())
    }

    /// Returns the name of a user or another selector of the policy.
    pub(crate) fn name<'a>(&'a self, written: &'a str) -> &'a str {
        let user = written.contains('@').then(|| self.0.get(&written.to_ascii_lowercase())).flatten();
        user.map_or(written, |user| &user.name)
    }

    /// Returns the names of a list.
    pub(crate) fn prose(&self, selectors: &[Selector]) -> Prose {
        Prose::codes(selectors.iter().map(|selector| self.name(&selector.text)))
    }

    /// Returns the name of a row or a column.
    pub(crate) fn end(&self, end: &MatrixEnd) -> Prose {
        match end {
            MatrixEnd::AnythingElse => Prose::text(end.name()),
            MatrixEnd::Selector(_) | MatrixEnd::Device(..) => Prose::code(self.name(end.name())),
        }
    }
}

/// Returns some rows and columns of a matrix as a table.
pub(crate) fn table(names: &Names, matrix: &Matrix, rows: &[usize], columns: &[usize]) -> Table {
    let heading = |column: &usize| matrix.destinations.get(*column).map(|end| names.end(end));
    let headings = [Prose::text("Source")].into_iter().chain(columns.iter().filter_map(heading)).collect();
    let rows = rows.iter().filter_map(|&row| {
        let name = names.end(matrix.sources.get(row)?);
        let cells = matrix.row(row);
        Some([name].into_iter().chain(columns.iter().map(|column| self::cell(cells.get(column)))).collect())
    });
    Table { headings, rows: rows.collect() }
}

/// Returns the text of a cell.
pub(crate) fn cell(cell: Option<&Cell>) -> Prose {
    match cell {
        None => Prose::text("-"),
        Some(cell) => Prose::join(
            cell.iter().map(|access| Prose::text(abbreviate_ports(&access.ports.to_string())).and(condition(access))),
            "; ",
        ),
    }
}

/// Returns the conditions of an access.
fn condition(access: &CellAccess) -> Prose {
    let names = |list: &[Selector]| Prose::codes(list.iter().map(|selector| selector.text.as_str()));
    let posture = (!access.postures.is_empty()).then(|| Prose::text("if ").and(names(access.postures)));
    let via = (!access.via.is_empty()).then(|| Prose::text("via ").and(names(access.via)));
    let families = access.families.map(|families| Prose::text(format!("over {families} only")));
    let depends = access.depends.iter().copied();
    let depends = (!access.depends.is_empty()).then(|| Prose::text("depends on ").and(Prose::codes(depends)));
    let until = access.until.map(|until| Prose::text(format!("until {until}")));
    let all = Prose::join(posture.into_iter().chain(via).chain(families).chain(depends).chain(until), " and ");
    if all.is_empty() { all } else { Prose::text(" (").and(all).and_text(")") }
}

/// Abbreviates ports as [`legend`] explains.
pub(crate) fn abbreviate_ports(ports: &str) -> String {
    let ports: Vec<&str> = ports.split(", ").collect();
    join(&ports, ", ", &|word| match word.split_once(':') {
        None if *word == "*" => "Y".to_owned(),
        None => format!("*:{word}"),
        Some(("tcp", "22")) => "SSH".to_owned(),
        Some(("tcp", port)) if port != "*" => port.to_owned(),
        Some((protocol, "*")) if !matches!(protocol, "tcp" | "udp" | "sctp") => protocol.to_owned(),
        Some(_) => (*word).to_owned(),
    })
}

/// Returns the whole matrix for a spreadsheet. Ports are written like a grant's `ip`.
pub(crate) fn to_csv(matrix: &Matrix, rows: &[usize], columns: &[usize]) -> String {
    let name = |ends: &[MatrixEnd], place: &usize| ends.get(*place).map_or(String::new(), |end| end.name().to_owned());
    let header = [String::new()].into_iter().chain(columns.iter().map(|column| name(&matrix.destinations, column)));
    let body = rows.iter().map(|row| {
        let cells = matrix.row(*row);
        let text = |column: &usize| cells.get(column).map_or(String::new(), cell_text);
        [name(&matrix.sources, row)].into_iter().chain(columns.iter().map(text)).collect::<Vec<_>>()
    });
    csv::rows([header.collect()].into_iter().chain(body))
}

fn cell_text(cell: &Cell) -> String {
    join(cell, "; ", &|access| {
        let mut text = access.ports.to_string();
        for (word, list) in [("if", access.postures), ("via", access.via)] {
            if !list.is_empty() {
                text = format!("{text} {word} {}", join(list, " ", &|selector| selector.text.to_string()));
            }
        }
        if let Some(families) = access.families {
            text = format!("{text} over {families}");
        }
        if !access.depends.is_empty() {
            text = format!("{text} depends on {}", access.depends.join(" "));
        }
        if let Some(until) = access.until {
            text = format!("{text} until {until}");
        }
        text
    })
}

/// The maximum number of uncertain accesses that are listed for programs. The others are only
/// counted.
const MOST_DEPENDS: usize = 20_000;

/// Returns the access between rows and columns for programs, with the rules of the policy that
/// allow it. A missing pair has no access.
pub(crate) fn to_json(matrix: &Matrix, rows: &[usize], columns: &[usize], locations: &Locations) -> Value {
    let names = |ends: &[MatrixEnd], locations: &[usize]| {
        locations.iter().filter_map(|&place| ends.get(place)).map(|end| Value::from(end.name())).collect::<Value>()
    };
    let (mut access, mut depends, mut omitted) = (Vec::new(), Vec::new(), 0_usize);
    for (source, cells) in rows.iter().filter_map(|&row| Some((matrix.sources.get(row)?, matrix.row(row)))) {
        for (destination, cell) in reached_cells(matrix, &cells, columns) {
            for part in cell {
                let texts = |list: &[Selector]| array(list, &|selector| selector.text.as_str().into());
                let list = if part.depends.is_empty() { &mut access } else { &mut depends };
                // A single selector may leave everyone's access to everything uncertain.
                if !part.depends.is_empty() && list.len() >= MOST_DEPENDS {
                    omitted += 1;
                    continue;
                }
                list.push(json!({
                    "source": source.name(),
                    "destination": destination.name(),
                    "ports": part.ports.to_string().split(", ").collect::<Vec<_>>(),
                    "srcPosture": texts(part.postures),
                    "via": texts(part.via),
                    "family": part.families.map(|families| families.to_string()),
                    "dependsOn": part.depends,
                    "until": part.until.map(|until| until.to_string()),
                    "rules": array(&part.rules, &|rule| locations.location(*rule).to_json()),
                }));
            }
        }
    }
    json!({"version": VERSION, "sources": names(&matrix.sources, rows), "destinations": names(&matrix.destinations, columns), "access": access, "depends": depends, "dependsOmitted": omitted})
}

fn reached_cells<'a, 'p>(
    matrix: &'a Matrix<'p>,
    cells: &'a BTreeMap<usize, Cell<'p>>,
    columns: &'a [usize],
) -> impl Iterator<Item = (&'a MatrixEnd<'p>, &'a Cell<'p>)> {
    columns.iter().filter_map(|column| Some((matrix.destinations.get(*column)?, cells.get(column)?)))
}

/// Returns the matrix of a policy that allows everything, for a spreadsheet.
pub(crate) fn allow_all_csv() -> String {
    csv::rows([["", "*"], ["*", "*"]].map(|row| row.map(str::to_owned)))
}

/// Returns the matrix of a policy that allows everything, for programs. No rule of the policy is
/// responsible.
pub(crate) fn allow_all_json() -> Value {
    let access = json!({
        "source": "*", "destination": "*", "ports": ["*"], "srcPosture": [], "via": [], "family": null,
        "dependsOn": [], "until": null, "rules": []
    });
    json!({"version": VERSION, "sources": ["*"], "destinations": ["*"], "access": [access], "depends": [], "dependsOmitted": 0})
}

/// Returns all rows, and all columns except "anything else" if no row reaches it.
pub(crate) fn all_ends(matrix: &Matrix) -> (Vec<usize>, Vec<usize>) {
    let last = matrix.destinations.len().saturating_sub(1);
    let is_named = |column: usize| !matches!(matrix.destinations.get(column), Some(MatrixEnd::AnythingElse));
    let is_reached = || (0..matrix.sources.len()).any(|row| matrix.row(row).contains_key(&last));
    let columns = (0..matrix.destinations.len()).filter(|&column| is_named(column) || is_reached()).collect();
    ((0..matrix.sources.len()).collect(), columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_told_in_few_words() {
        for (ports, said) in [
            ("*", "Y"),
            ("tcp:443", "443"),
            ("tcp:22, tcp:443", "SSH, 443"),
            ("53", "*:53"),
            ("*, gre:*", "Y, gre"),
            ("tcp:*", "tcp:*"),
            ("udp:53, icmp:*, sctp:*", "udp:53, icmp, sctp:*"),
            ("tcp:8000-8100", "8000-8100"),
        ] {
            assert_eq!(abbreviate_ports(ports), said, "{ports}");
        }
    }
}

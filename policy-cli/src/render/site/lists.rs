//! Lists of everyone who can reach each destination, and of everything that each source can reach.

use std::fmt::Write;

use policy_analysis::Analysis;
use policy_analysis::matrix::{Cell, Matrix, MatrixEnd};
use policy_analysis::query::{Possible, ReachabilityRow, SshRuleMatch};
use policy_core::ValidPolicy;
use policy_core::source::Origin;

use super::rules::Rules;
use super::{Page, cell};
use crate::answer::{Listing, describe_login};
use crate::render::html;
use crate::render::prose::{Prose, Span};
use crate::text::join_quoted;

/// The maximum number of pairs of a source and a destination.
const MOST_PAIRS: usize = 2_000;
/// The maximum number of destinations for which SSH and applications are listed.
const MOST_ASKED: usize = 200;

/// The cells of a matrix that allow something.
pub(super) struct Pairs<'a, 'p> {
    matrix: &'a Matrix<'p>,
    /// The source, the destination and the access between them, in the order of the matrix.
    cells: Vec<(usize, usize, Cell<'p>)>,
    /// True if there are more pairs.
    is_cut: bool,
}

impl<'a, 'p> Pairs<'a, 'p> {
    pub(super) fn new(matrix: &'a Matrix<'p>) -> Self {
        let rows = (0..matrix.sources.len()).flat_map(|source| {
            matrix.row(source).into_iter().map(move |(destination, cell)| (source, destination, cell))
        });
        let mut cells: Vec<_> = rows.take(MOST_PAIRS + 1).collect();
        let is_cut = cells.len() > MOST_PAIRS;
        cells.truncate(MOST_PAIRS);
        Pairs { matrix, cells, is_cut }
    }
}

/// Lists everything that each name can reach or everyone who can reach it, and then the same for
/// each device.
pub(super) fn write_lists(
    page: &Page,
    rules: &Rules,
    by_name: &Pairs,
    by_device: Option<&Pairs>,
    listing: Listing,
) -> String {
    let mut out = String::new();
    let id = if listing == Listing::Sources { "to" } else { "from" };
    write_list(&mut out, page, rules, by_name, listing, id);
    if let Some(pairs) = by_device {
        out.push_str("<p class=\"more\">Device by device, with all the tags that each has:</p>\n");
        write_list(&mut out, page, rules, pairs, listing, &format!("device-{id}"));
    }
    if by_name.is_cut || by_device.is_some_and(|pairs| pairs.is_cut) {
        out.push_str("<p class=\"more\">There is more than is shown here; the command <code>matrix --format json</code> has it all.</p>\n");
    }
    out
}

fn write_list(out: &mut String, page: &Page, rules: &Rules, pairs: &Pairs, listing: Listing, id: &str) {
    let Matrix { sources, destinations, .. } = pairs.matrix;
    let is_of_sources = listing == Listing::Sources;
    let (ends, others) = if is_of_sources { (destinations, sources) } else { (sources, destinations) };
    let beyond_ports = if is_of_sources { beyond_ports(page.policy, pairs.matrix) } else { Vec::new() };
    let mut of_ends: Vec<Vec<(usize, &Cell)>> = vec![Vec::new(); ends.len()];
    for (source, destination, cell) in &pairs.cells {
        let (own, other) = if is_of_sources { (destination, source) } else { (source, destination) };
        of_ends.get_mut(*own).into_iter().for_each(|list| list.push((*other, cell)));
    }
    for (place, (end, of_end)) in ends.iter().zip(&of_ends).enumerate() {
        if of_end.is_empty() && (pairs.is_cut || matches!(end, MatrixEnd::AnythingElse)) {
            continue;
        }
        let more = beyond_ports.get(place).map_or(&[][..], Vec::as_slice);
        let count = match (of_end.len(), listing) {
            (0, Listing::Sources) if !more.is_empty() => "no ports".to_owned(),
            (0, Listing::Sources) => "nobody".to_owned(),
            (0, Listing::Destinations) => "nothing".to_owned(),
            (1, Listing::Sources) => "1 source".to_owned(),
            (count, Listing::Sources) => format!("{count} sources"),
            (1, Listing::Destinations) => "1 destination".to_owned(),
            (count, Listing::Destinations) => format!("{count} destinations"),
        };
        let _ = writeln!(
            out,
            "<details id=\"{id}-{place}\"><summary>{} <span class=\"count\">{count}</span></summary>\n<ul>",
            html::prose(&page.names.end(end))
        );
        for (other, cell) in of_end {
            let name = others.get(*other).map_or(Prose::default(), |end| page.names.end(end));
            let origins: Vec<Origin> = cell.iter().flat_map(|access| &access.rules).copied().collect();
            write_item(out, &name, &spell_out(self::cell(Some(cell))), &rules.links(&origins));
        }
        for (who, what) in more.iter().flat_map(describe_beyond_ports) {
            write_item(out, &Prose::comment(&who), &Prose::comment(&what), "");
        }
        out.push_str("</ul>\n</details>\n");
    }
}

fn write_item(out: &mut String, name: &Prose, access: &Prose, links: &str) {
    let _ = writeln!(out, "<li><span>{}</span> <span>{}{links}</span></li>", html::prose(name), html::prose(access));
}

/// Returns, for each destination, the sources that can log in over Tailscale SSH or have
/// capabilities in its applications.
fn beyond_ports(policy: &ValidPolicy, matrix: &Matrix) -> Vec<Vec<ReachabilityRow>> {
    let has_apps =
        policy.grants.iter().flatten().any(|grant| grant.app.as_ref().is_some_and(|app| !app.is_absent_or_empty()));
    if policy.ssh.is_empty() && !has_apps || matrix.destinations.len() > MOST_ASKED {
        return Vec::new();
    }
    let words: Vec<&str> = matrix.destinations.iter().map(MatrixEnd::name).collect();
    policy.who_beyond_ports(&words)
}

/// Returns sources, each with its access to the destination.
fn describe_beyond_ports(reached: &ReachabilityRow) -> Vec<(String, String)> {
    let who = if reached.is_rest { "everybody else".to_owned() } else { reached.sources.join(", ") };
    let closed = if reached.is_ssh_open() { "" } else { ", but port 22 is closed" };
    let accounts = |login: &SshRuleMatch| {
        format!("Tailscale {}{closed}, as {}", describe_login(login), join_quoted(&login.users, ", "))
    };
    let logins = reached.logins.iter().map(accounts);
    let apps = reached.apps.iter().flat_map(|app| &app.capabilities).map(|(name, _)| format!("app `{name}`"));
    let perhaps = reached.perhaps.iter().flat_map(|access| {
        let what = match &access.what {
            Possible::Login(login) => vec![accounts(login)],
            Possible::App(app) => app.capabilities.iter().map(|(name, _)| format!("app `{name}`")).collect(),
            _ => Vec::new(),
        };
        what.into_iter().map(|what| format!("perhaps {what}, {}", access.conditions.join(" and ")))
    });
    logins.chain(apps).chain(perhaps).map(|what| (who.clone(), what)).collect()
}

/// Replaces the abbreviations of a cell with words, because a list has more space.
fn spell_out(mut prose: Prose) -> Prose {
    for span in &mut prose.0 {
        if matches!(span, Span::Text(text) if text == "Y") {
            *span = Span::Text("everything".to_owned());
        }
    }
    prose
}

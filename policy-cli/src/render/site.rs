//! The report: one page for a browser with all there is to look up.
//!
//! It asks no network for anything, and its content security policy says so: only the one script and the one style
//! that are known by their hashes.

use std::fmt::Write;

use policy_analysis::matrix::{Cell, Matrix, MatrixEnd};
use policy_analysis::query::{ReachabilityRow, SshRuleMatch, who_beyond_ports};
use policy_core::Policy;

use crate::answer::in_short;

use super::graph::{self, Graph};
use super::html::{self, escaped};
use super::matrix::{cell, legend};
use super::prose::{Block, Prose, Span};
use super::reference::{Page, Section};

const STYLE: &str = concat!(include_str!("site.css"), include_str!("graph/svg.css"));
const SCRIPT: &str = include_str!("site.js");
/// The SHA-256 of [`STYLE`] and [`SCRIPT`]; a test knows them.
const STYLE_HASH: &str = "sha256-rePoqbgtsyNxyK5/swcJzaiGbwsSzgaBr+9ldVJMNXg=";
const SCRIPT_HASH: &str = "sha256-llZUyVTtQgLjFjbRZxpzoVpcNlVGHrVmhyq7PRR+bZc=";

/// How much the page has at most, so that a browser shows it at once: rows of a table other than the matrix, ...
const MOST_ENTRIES: usize = 1000;
/// ... pairs of a source and a destination, ...
const MOST_PAIRS: usize = 10_000;
/// ... lines of a picture that somebody could follow, ...
const MOST_LINES: usize = 150;
/// ... destinations that are asked for more than ports, ...
const MOST_ASKED: usize = 200;
/// ... and devices about which more is said than what they are.
const MOST_DEVICES: usize = 100;

/// The page.
pub(crate) fn page(policy: &Policy) -> String {
    let page = Page::with_all_sources(policy);
    let by_name = Reach::new(&page.matrix);
    let devices = (1..=MOST_DEVICES).contains(&policy.facts.devices.len()).then(|| Matrix::of_devices(policy));
    let mut sections: Vec<(&str, &str, String)> = vec![("matrix", "Access matrix", matrix(&page, &by_name))];
    let graph = Graph::new(policy);
    if (1..=MOST_LINES).contains(&graph.edges.len()) {
        let drawing = graph::drawing(&graph);
        let region = "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Picture\">";
        sections.push(("picture", "Picture", format!("{region}\n{drawing}</div>\n")));
    }
    let by_device = devices.as_ref().map(|devices| (devices, Reach::new(devices)));
    sections.push(("to", "Who can reach", lists(&page, &by_name, by_device.as_ref(), Direction::To)));
    sections.push(("from", "What each source reaches", lists(&page, &by_name, by_device.as_ref(), Direction::From)));
    for (section, name, heading, _) in Section::ALL.into_iter().filter(|(section, ..)| *section != Section::Matrix) {
        sections.push((name, heading, html::blocks(&bounded(section.blocks(&page)), heading)));
    }
    assembled(policy, &sections)
}

fn assembled(policy: &Policy, sections: &[(&str, &str, String)]) -> String {
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '{STYLE_HASH}'; \
         script-src '{SCRIPT_HASH}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>Tailnet policy</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#main\">Skip to the content</a>\n<header>\n<h1>Tailnet policy</h1>\n"
    );
    for line in policy.text.lines().map_while(|line| line.strip_prefix("//")) {
        let _ = writeln!(out, "<p class=\"lead\">{}</p>", html::prose(&Prose::comment(line)));
    }
    out.push_str("<nav aria-label=\"Sections\">\n<ul>\n");
    for (id, heading, _) in sections {
        let _ = writeln!(out, "<li><a href=\"#{id}\">{}</a></li>", escaped(heading));
    }
    out.push_str(
        "</ul>\n</nav>\n</header>\n<div class=\"tools\" hidden>\n<form role=\"search\">\n\
         <input id=\"search\" type=\"search\" aria-label=\"Search\" placeholder=\"Search\" autocomplete=\"off\">\n\
         <span id=\"found\" class=\"count\" role=\"status\"></span>\n<button id=\"theme\" type=\"button\">Theme: auto</button>\n\
         </form>\n</div>\n<main id=\"main\" tabindex=\"-1\">\n",
    );
    for (id, heading, content) in sections {
        let heading = escaped(heading);
        let _ = write!(
            out,
            "<section id=\"{id}\" aria-labelledby=\"h-{id}\">\n<h2 id=\"h-{id}\">{heading}</h2>\n{content}</section>\n"
        );
    }
    let _ = write!(out, "</main>\n<script>{SCRIPT}</script>\n</body>\n</html>\n");
    out
}

/// Who reaches what, pair by pair.
struct Reach<'a, 'p> {
    matrix: &'a Matrix<'p>,
    /// Source, destination and what there is between them, in the order of the matrix.
    pairs: Vec<(usize, usize, Cell<'p>)>,
    /// Whether there are more.
    is_cut: bool,
}

impl<'a, 'p> Reach<'a, 'p> {
    fn new(matrix: &'a Matrix<'p>) -> Self {
        let rows = (0..matrix.sources.len()).flat_map(|source| {
            matrix.row(source).into_iter().map(move |(destination, cell)| (source, destination, cell))
        });
        let mut pairs: Vec<_> = rows.take(MOST_PAIRS + 1).collect();
        let is_cut = pairs.len() > MOST_PAIRS;
        pairs.truncate(MOST_PAIRS);
        Reach { matrix, pairs, is_cut }
    }
}

fn matrix(page: &Page, reach: &Reach) -> String {
    let matrix = reach.matrix;
    let (rows, columns) = (&page.rows, &page.columns);
    if rows.is_empty() {
        return html::blocks(&Section::Matrix.blocks(page), "Access matrix");
    }
    let link = |ends: &[MatrixEnd], kind: &str, place: usize| {
        let name = ends.get(place).map_or(String::new(), |end| html::prose(&page.names.end(end)));
        format!("<a href=\"#{kind}-{place}\">{name}</a>")
    };
    let mut out = String::from(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Access matrix\">\n<table>\n<thead>\n<tr><th scope=\"col\">Source</th>",
    );
    for &column in columns {
        let _ = write!(out, "<th scope=\"col\">{}</th>", link(&matrix.destinations, "to", column));
    }
    out.push_str("</tr>\n</thead>\n<tbody>\n");
    for &row in rows {
        let _ = write!(out, "<tr><th scope=\"row\">{}</th>", link(&matrix.sources, "from", row));
        let cells = matrix.row(row);
        for column in columns {
            let cell = cells.get(column);
            let class = match cell.and_then(|cell| cell.first()) {
                None => "none",
                Some(access) if access.ports.are_all() && !access.is_conditional() => "all",
                Some(_) => "some",
            };
            let _ = write!(out, "<td class=\"{class}\">{}</td>", html::prose(&self::cell(cell)));
        }
        out.push_str("</tr>\n");
    }
    let _ = writeln!(out, "</tbody>\n</table>\n</div>\n<p class=\"more\">{}</p>", html::prose(&legend()));
    if let Some(cut) = page.cut() {
        let _ = writeln!(out, "<p class=\"more\">{}</p>", html::prose(&cut));
    }
    out.push_str(&html::blocks(&bounded(page.remarks().into_iter().collect()), "Remarks"));
    out
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    To,
    From,
}

/// For each name, and then for each device, what is reached or by whom.
fn lists(page: &Page, by_name: &Reach, by_device: Option<&(&Matrix, Reach)>, direction: Direction) -> String {
    let mut out = String::new();
    let kind = if direction == Direction::To { "to" } else { "from" };
    let beyond = |reach: &Reach| match direction {
        Direction::To => beyond_ports(page.policy, reach.matrix),
        Direction::From => Vec::new(),
    };
    list(&mut out, page, by_name, &beyond(by_name), direction, kind);
    if let Some((_, reach)) = by_device {
        out.push_str("<p class=\"more\">Device by device, with all the tags that each has:</p>\n");
        list(&mut out, page, reach, &beyond(reach), direction, &format!("device-{kind}"));
    }
    if by_name.is_cut || by_device.is_some_and(|(_, reach)| reach.is_cut) {
        out.push_str("<p class=\"more\">There is more than is shown here; the command <code>matrix --format json</code> has it all.</p>\n");
    }
    out
}

fn list(
    out: &mut String,
    page: &Page,
    reach: &Reach,
    beyond_ports: &[Vec<ReachabilityRow>],
    direction: Direction,
    id: &str,
) {
    let (ends, others) = match direction {
        Direction::To => (&reach.matrix.destinations, &reach.matrix.sources),
        Direction::From => (&reach.matrix.sources, &reach.matrix.destinations),
    };
    let mut of_ends: Vec<Vec<(usize, &Cell)>> = vec![Vec::new(); ends.len()];
    for (source, destination, cell) in &reach.pairs {
        let (own, other) = if direction == Direction::To { (destination, source) } else { (source, destination) };
        of_ends.get_mut(*own).into_iter().for_each(|list| list.push((*other, cell)));
    }
    for (place, (end, of_end)) in ends.iter().zip(&of_ends).enumerate() {
        if of_end.is_empty() && (reach.is_cut || matches!(end, MatrixEnd::AnythingElse)) {
            continue;
        }
        let more = beyond_ports.get(place).map_or(&[][..], Vec::as_slice);
        let count = match (of_end.len(), direction) {
            (0, Direction::To) if !more.is_empty() => "no ports".to_owned(),
            (0, Direction::To) => "nobody".to_owned(),
            (0, Direction::From) => "nothing".to_owned(),
            (1, Direction::To) => "1 source".to_owned(),
            (count, Direction::To) => format!("{count} sources"),
            (1, Direction::From) => "1 destination".to_owned(),
            (count, Direction::From) => format!("{count} destinations"),
        };
        let _ = writeln!(
            out,
            "<details id=\"{id}-{place}\"><summary>{} <span class=\"count\">{count}</span></summary>\n<ul>",
            html::prose(&page.names.end(end))
        );
        for (other, cell) in of_end {
            let name = others.get(*other).map_or(String::new(), |end| html::prose(&page.names.end(end)));
            let _ = writeln!(
                out,
                "<li><span>{name}</span> <span>{}</span></li>",
                html::prose(&everything(self::cell(Some(cell))))
            );
        }
        for (who, what) in more.iter().flat_map(beyond) {
            let _ = writeln!(
                out,
                "<li><span>{}</span> <span>{}</span></li>",
                html::prose(&Prose::comment(&who)),
                html::prose(&Prose::comment(&what))
            );
        }
        out.push_str("</ul>\n</details>\n");
    }
}

/// For each destination who logs in there over Tailscale SSH, and who may do what to its applications.
fn beyond_ports(policy: &Policy, matrix: &Matrix) -> Vec<Vec<ReachabilityRow>> {
    let has_apps = policy.grants.iter().flatten().any(|grant| grant.app.as_ref().is_some_and(|app| !app.is_blank()));
    if policy.ssh.is_empty() && !has_apps || matrix.destinations.len() > MOST_ASKED {
        return Vec::new();
    }
    let words: Vec<&str> = matrix.destinations.iter().map(MatrixEnd::name).collect();
    who_beyond_ports(policy, &words)
}

/// Who, and what they may do there.
fn beyond(reached: &ReachabilityRow) -> Vec<(String, String)> {
    let who = if reached.is_rest { "everybody else".to_owned() } else { reached.sources.join(", ") };
    let closed = if reached.is_ssh_open() { "" } else { ", but port 22 is closed" };
    let accounts = |login: &SshRuleMatch| {
        let users: Vec<String> = login.users.iter().map(|user| format!("`{user}`")).collect();
        format!("Tailscale {}{closed}, as {}", in_short(login), users.join(", "))
    };
    let logins = reached.logins.iter().map(accounts);
    let apps = reached.apps.iter().flat_map(|app| &app.capabilities).map(|(name, _)| format!("app `{name}`"));
    logins.chain(apps).map(|what| (who.clone(), what)).collect()
}

/// In a list there is room for the word.
fn everything(mut prose: Prose) -> Prose {
    for span in &mut prose.0 {
        if matches!(span, Span::Text(text) if text == "Y") {
            *span = Span::Text("everything".to_owned());
        }
    }
    prose
}

/// Blocks with no more than a browser shows at once.
fn bounded(blocks: Vec<Block>) -> Vec<Block> {
    let mut bounded = Vec::new();
    for mut block in blocks {
        let count = match &mut block {
            Block::Table(table) => cut(&mut table.rows),
            Block::List(items) => cut(items),
            Block::Paragraph(_) => 0,
        };
        bounded.push(block);
        if count > 0 {
            bounded.push(Block::Paragraph(Prose::text(format!(
                "{count} more are not shown here; the command docs has them all."
            ))));
        }
    }
    bounded
}

fn cut<T>(list: &mut Vec<T>) -> usize {
    let count = list.len().saturating_sub(MOST_ENTRIES);
    list.truncate(MOST_ENTRIES);
    count
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    /// What a content security policy calls a text by.
    fn hash(text: &str) -> String {
        const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let digest = Sha256::digest(text);
        let mut out = String::from("sha256-");
        for chunk in digest.chunks(3) {
            let bits = chunk
                .iter()
                .enumerate()
                .fold(0_usize, |bits, (place, byte)| bits | usize::from(*byte) << (16 - 8 * place));
            out.extend((0..=chunk.len()).map(|place| char::from(LETTERS[bits >> (18 - 6 * place) & 63])));
            out.extend((chunk.len()..3).map(|_| '='));
        }
        out
    }

    #[test]
    fn the_content_security_policy_knows_the_style_and_the_script() {
        assert_eq!(hash("abc"), "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
        assert_eq!((hash(STYLE).as_str(), hash(SCRIPT).as_str()), (STYLE_HASH, SCRIPT_HASH));
    }

    #[test]
    fn every_source_is_a_row_and_no_remark_is_lost() {
        let page = page(&Policy::parse(
            "{\"grants\": [\n// The backup\n{\"src\": [\"tag:a\"], \"dst\": [\"tag:b\"], \"ip\": [\"22\"]}]}",
        ));
        assert!(page.contains("<tr><th scope=\"row\"><a href=\"#from-0\"><code>tag:a</code></a></th>"), "{page}");
        assert!(page.contains("The backup") && page.contains("Further grants</h2>\n<p>None.</p>"), "{page}");
    }

    #[test]
    fn who_can_reach_tells_of_logins_and_of_apps() {
        let page = page(&Policy::parse(
            r#"{"tagOwners": {"tag:a": [], "tag:b": []},
            "grants": [
                {"src": ["tag:a"], "dst": ["tag:b"], "ip": ["22"]},
                {"src": ["tag:b"], "dst": ["tag:b"], "app": {"example.com/cap/sql": []}},
            ],
            "ssh": [
                {"action": "check", "src": ["tag:a"], "dst": ["tag:b"], "users": ["root"]},
                {"action": "accept", "src": ["tag:b"], "dst": ["tag:b"], "users": ["root"]},
            ]}"#,
        ));
        for line in [
            "<li><span><code>tag:a</code></span> <span>Tailscale SSH, checked every 12h, as <code>root</code></span></li>",
            "<li><span><code>tag:b</code></span> <span>Tailscale SSH, but port 22 is closed, as <code>root</code></span></li>",
            "<li><span><code>tag:b</code></span> <span>app <code>example.com/cap/sql</code></span></li>",
        ] {
            assert!(page.contains(line), "{line}\n{page}");
        }
    }

    #[test]
    fn nothing_of_a_policy_is_markup() {
        let evil = "</script><script>alert(1)</script><img src=x onerror=alert(1)>";
        let json = serde_json::to_string(&format!("group:{evil}")).unwrap();
        let policy = Policy::with_facts(
            &format!(
                "// {evil}\n{{\"groups\": {{\n// {evil}\n{json}: [\"a@example.com\"]}},\n\"tagOwners\": {{\n// {evil}\n\"tag:a\": []}},\n\
                 \"grants\": [\n// {evil}\n{{\"src\": [{json}], \"dst\": [\"tag:a\", {json}], \"ip\": [\"443\"]}}]}}"
            ),
            &format!(
                "{{\"nodes\": [\n// {evil}\n{{\"name\": {}, \"tags\": [\"tag:a\"]}}]}}",
                serde_json::to_string(evil).unwrap()
            ),
        );
        let page = page(&policy);
        assert_eq!((page.matches("<script").count(), page.matches("</script").count()), (1, 1));
        assert!(!page.contains("<img"));
        assert!(page.matches("&lt;script&gt;").count() > 8);
    }

    #[test]
    fn ten_thousand_rules_are_a_page_of_moderate_size() {
        let tags: String = (0..10_000).map(|n| format!("\"tag:t{n}\": [],")).collect();
        let rules: String = (0..10_000)
            .map(|n| {
                format!(
                    r#"{{"src": ["tag:t{n}", "tag:t{}"], "dst": ["tag:t{}", "*"], "ip": ["tcp:{}"]}},"#,
                    n / 2,
                    n / 3,
                    n + 1
                )
            })
            .collect();
        let page = page(&Policy::parse(format!("{{\"tagOwners\": {{{tags}}}, \"grants\": [{rules}]}}")));
        assert!(page.len() < 8_000_000, "{}", page.len());
        assert!(page.contains("There is more than is shown here"));
    }
}

//! The report: an HTML page to look up anything about a policy.
//!
//! The page makes no network requests. Its content security policy ensures this. It only allows the
//! one script and the one style sheet with the known hashes.

mod lists;
mod questions;
mod rules;

use std::fmt::Write;
use std::path::Path;

use policy_analysis::Analysis;
use policy_analysis::matrix::MatrixEnd;
use policy_core::ValidPolicy;
use policy_core::source::Origin;

use super::graph::{self, Graph};
use super::html::{self, escape};
use super::matrix::{allow_all_remark, allows_everything, cell, legend};
use super::prose::{Block, Prose};
use super::reference::{Page, Section};
use crate::answer::Listing;
use lists::{Pairs, write_lists};
use questions::questions;
use rules::Rules;

const STYLE: &str = concat!(include_str!("site.css"), include_str!("../graph/svg.css"));
/// The script that answers questions. It is separate, so that tests can run it without a browser.
const ANSWER_SCRIPT: &str = include_str!("answer.js");
const SCRIPT: &str =
    concat!(include_str!("make.js"), include_str!("ask.js"), include_str!("theme.js"), include_str!("site.js"));
/// The SHA-256 hashes of [`STYLE`] and [`SCRIPT`]. A test checks them.
const STYLE_HASH: &str = "sha256-uDK6lV3aHBB1Dmxpk5gCiV1CsBPQkhshk6OwBhl9pQs=";
const ANSWER_HASH: &str = "sha256-/8Hrty7XGMpX1Yk1+uwE5Gbt4tgR9CwddDeTT0utjGA=";
const SCRIPT_HASH: &str = "sha256-iz5zwbdc1HwWolWfpMgCuEsDS4UDfZV2ff1RRoixF84=";

/// The maximum number of rows of a table other than the matrix, so that a browser shows the page
/// immediately.
const MOST_ENTRIES: usize = 1000;
/// The maximum number of lines of a drawing that a reader can follow.
const MOST_LINES: usize = 150;
/// The maximum number of devices that are described in detail.
const MOST_DEVICES: usize = 100;

/// A section of the page.
struct Part {
    id: &'static str,
    heading: &'static str,
    content: String,
}

/// Returns the page.
pub(crate) fn page(path: &Path, policy: &ValidPolicy) -> String {
    let rules = Rules::new(path, policy);
    let page = Page::with_all_sources(policy);
    let by_name = Pairs::new(&page.matrix);
    let devices = (1..=MOST_DEVICES).contains(&policy.facts.devices.len()).then(|| policy.device_matrix());
    let by_device = devices.as_ref().map(Pairs::new);
    let part = |id, heading, content| Part { id, heading, content };
    let questions = questions(policy, &rules);
    let mut parts = vec![part("ask", "Ask", questions.content), part("matrix", "Access matrix", matrix(&page, &rules))];
    let graph = Graph::new(policy);
    if (1..=MOST_LINES).contains(&graph.edges.len()) {
        let picture = format!("{}\n{}</div>\n", html::scroll_region("Picture"), graph::drawing(&graph));
        parts.push(part("picture", "Picture", picture));
    }
    let lists = |listing| {
        if allows_everything(policy) {
            return html::blocks(&[Block::Paragraph(allow_all_remark())], "Access");
        }
        write_lists(&page, &rules, &by_name, by_device.as_ref(), listing)
    };
    parts.push(part("to", "Who can reach", lists(Listing::Sources)));
    parts.push(part("from", "What each source reaches", lists(Listing::Destinations)));
    parts.push(part("rules", "Rules", rules.section()));
    for (section, id, heading, _) in Section::ALL.into_iter().filter(|(section, ..)| *section != Section::Matrix) {
        let blocks = section.blocks(&page);
        if !section.is_optional() || !blocks.is_empty() {
            parts.push(part(id, heading, html::blocks(&shorten(blocks), heading)));
        }
    }
    assemble(policy, &parts, questions.data.as_deref())
}

fn assemble(policy: &ValidPolicy, parts: &[Part], data: Option<&str>) -> String {
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '{STYLE_HASH}'; \
         script-src '{ANSWER_HASH}' '{SCRIPT_HASH}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>Tailnet policy</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#main\">Skip to the content</a>\n<header>\n<h1>Tailnet policy</h1>\n"
    );
    out.push_str(&html::comment(&header(&policy.text)));
    out.push_str("<nav aria-label=\"Sections\">\n<ul>\n");
    for Part { id, heading, .. } in parts {
        let _ = writeln!(out, "<li><a href=\"#{id}\">{}</a></li>", escape(heading));
    }
    out.push_str(
        "</ul>\n</nav>\n</header>\n<div class=\"tools\" hidden>\n<form role=\"search\">\n\
         <input id=\"search\" type=\"search\" aria-label=\"Search\" placeholder=\"Search\" autocomplete=\"off\">\n\
         <span id=\"found\" class=\"count\" role=\"status\"></span>\n<button id=\"theme\" type=\"button\">Theme: auto</button>\n\
         </form>\n</div>\n<main id=\"main\" tabindex=\"-1\">\n",
    );
    for Part { id, heading, content } in parts {
        let heading = escape(heading);
        let _ = write!(
            out,
            "<section id=\"{id}\" aria-labelledby=\"h-{id}\">\n<h2 id=\"h-{id}\">{heading}</h2>\n{content}</section>\n"
        );
    }
    out.push_str("</main>\n");
    if let Some(data) = data {
        let _ = writeln!(out, "<script id=\"data\" type=\"application/json\">{data}</script>");
    }
    let _ = write!(out, "<script>{ANSWER_SCRIPT}</script>\n<script>{SCRIPT}</script>\n</body>\n</html>\n");
    out
}

/// Returns the comment at the start of a policy.
fn header(text: &str) -> String {
    let text = text.trim_start();
    if let Some(rest) = text.strip_prefix("/*") {
        let lines = rest.split("*/").next().unwrap_or_default().lines();
        let lines = lines.map(|line| line.trim_start().trim_start_matches('*'));
        return lines.collect::<Vec<_>>().join("\n");
    }
    text.lines().map_while(|line| line.strip_prefix("//")).collect::<Vec<_>>().join("\n")
}

fn matrix(page: &Page, rules: &Rules) -> String {
    let Page { matrix, rows, columns, .. } = page;
    if rows.is_empty() {
        return html::blocks(&Section::Matrix.blocks(page), "Access matrix");
    }
    let link = |ends: &[MatrixEnd], kind: &str, place: usize| {
        let name = ends.get(place).map_or(String::new(), |end| html::prose(&page.names.end(end)));
        format!("<a href=\"#{kind}-{place}\">{name}</a>")
    };
    let mut out = html::scroll_region("Access matrix");
    out.push_str("\n<table>\n<thead>\n<tr><th scope=\"col\">Source</th>");
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
            let text = html::prose(&self::cell(cell));
            let origins: Vec<Origin> = cell.into_iter().flatten().flat_map(|access| &access.rules).copied().collect();
            // The cell has a link to the rule.
            let _ = match origins.first().and_then(|&rule| rules.link(rule)) {
                Some(link) => write!(
                    out,
                    "<td class=\"{class}\"><a href=\"{link}\" title=\"{}\">{text}</a></td>",
                    escape(&rules.places(&origins))
                ),
                None => write!(out, "<td class=\"{class}\">{text}</td>"),
            };
        }
        out.push_str("</tr>\n");
    }
    let _ = writeln!(out, "</tbody>\n</table>\n</div>\n<p class=\"more\">{}</p>", html::prose(&legend(page.policy)));
    if let Some(cut) = page.cut_remark() {
        let _ = writeln!(out, "<p class=\"more\">{}</p>", html::prose(&cut));
    }
    out
}

/// Returns the blocks, cut to a length that a browser shows immediately.
fn shorten(blocks: Vec<Block>) -> Vec<Block> {
    let mut shortened = Vec::new();
    for mut block in blocks {
        let count = match &mut block {
            Block::Table(table) => cut(&mut table.rows),
            Block::List(items) => cut(items),
            Block::Paragraph(_) => 0,
        };
        shortened.push(block);
        if count > 0 {
            shortened.push(Block::Paragraph(Prose::text(format!(
                "{count} more are not shown here; the command docs has them all."
            ))));
        }
    }
    shortened
}

fn cut<T>(list: &mut Vec<T>) -> usize {
    let count = list.len().saturating_sub(MOST_ENTRIES);
    list.truncate(MOST_ENTRIES);
    count
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use policy_core::Policy;

    use super::*;

    /// Returns the page of a policy. Panics if the policy is invalid.
    fn valid_page(text: &str) -> String {
        page(Path::new("policy.hujson"), &Policy::parse(text).validate().unwrap())
    }

    /// Returns the hash of a text as in a content security policy.
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
        let hashes = [STYLE, ANSWER_SCRIPT, SCRIPT].map(hash);
        assert_eq!(hashes, [STYLE_HASH, ANSWER_HASH, SCRIPT_HASH]);
    }

    #[test]
    fn every_source_is_a_row_and_no_remark_is_lost() {
        let page = valid_page(
            "{\"tagOwners\": {\"tag:a\": [], \"tag:b\": []},\n\
             \"grants\": [\n// The backup\n{\"src\": [\"tag:a\"], \"dst\": [\"tag:b\"], \"ip\": [\"22\"]}]}",
        );
        assert!(page.contains("<tr><th scope=\"row\"><a href=\"#from-0\"><code>tag:a</code></a></th>"), "{page}");
        assert!(page.contains("The backup") && page.contains("Other grants</h2>\n<p>None.</p>"), "{page}");
    }

    #[test]
    fn who_can_reach_tells_of_logins_and_of_apps() {
        let page = valid_page(
            r#"{"tagOwners": {"tag:a": [], "tag:b": []},
            "grants": [
                {"src": ["tag:a"], "dst": ["tag:b"], "ip": ["22"]},
                {"src": ["tag:b"], "dst": ["tag:b"], "app": {"example.com/cap/sql": []}},
            ],
            "ssh": [
                {"action": "check", "src": ["tag:a"], "dst": ["tag:b"], "users": ["root"]},
                {"action": "accept", "src": ["tag:b"], "dst": ["tag:b"], "users": ["root"]},
            ]}"#,
        );
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
        let page = page(Path::new("policy.hujson"), &policy.validate().unwrap());
        assert_eq!((page.matches("<script").count(), page.matches("</script").count()), (3, 3));
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
        let page = valid_page(&format!("{{\"tagOwners\": {{{tags}}}, \"grants\": [{rules}]}}"));
        assert!(page.len() < 8_000_000, "{}", page.len());
        assert!(page.contains("There is more than is shown here"));
    }
}

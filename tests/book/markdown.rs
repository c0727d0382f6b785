//! The subset of Markdown that the documents use.

/// A part of a document: a line of prose, or a block between fences.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    Line(&'a str),
    Block { language: &'a str, text: String },
}

/// Splits a document into parts. The fences of a block may be indented, as in a list. The lines of
/// the block then are, too.
pub(crate) fn pieces(document: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut lines = document.lines();
    while let Some(line) = lines.next() {
        let Some(language) = line.trim_start().strip_prefix("```") else {
            pieces.push(Piece::Line(line));
            continue;
        };
        let block = lines.by_ref().take_while(|line| line.trim_start() != "```");
        let text = block.map(|line| format!("{line}\n")).collect();
        pieces.push(Piece::Block { language, text });
    }
    pieces
}

/// Returns the text of a document without its blocks and inline code.
pub(crate) fn prose(document: &str) -> String {
    let lines = pieces(document).into_iter().filter_map(|piece| match piece {
        Piece::Line(line) => Some(line),
        Piece::Block { .. } => None,
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    text.split('`').step_by(2).collect::<Vec<_>>().join("code")
}

/// Returns the inline code of a document.
pub(crate) fn inline_code(document: &str) -> Vec<String> {
    let lines = pieces(document).into_iter().filter_map(|piece| match piece {
        Piece::Line(line) => Some(line),
        Piece::Block { .. } => None,
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    text.split('`').skip(1).step_by(2).map(|code| code.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

/// Returns the anchors of a document: one for each heading, named as mdBook and forges do.
pub(crate) fn anchors(document: &str) -> Vec<String> {
    let mut anchors: Vec<String> = Vec::new();
    for piece in pieces(document) {
        let Piece::Line(line) = piece else { continue };
        let Some(heading) = line.starts_with('#').then(|| line.trim_start_matches('#').trim()) else { continue };
        let kept = heading.to_lowercase().replace(' ', "-");
        let kept: String = kept.chars().filter(|char| char.is_alphanumeric() || matches!(char, '-' | '_')).collect();
        let same = anchors
            .iter()
            .filter(|anchor| {
                anchor.trim_end_matches(|char: char| char.is_ascii_digit()) == format!("{kept}-") || **anchor == kept
            })
            .count();
        anchors.push(if same == 0 { kept } else { format!("{kept}-{same}") });
    }
    anchors
}

/// Returns the targets of the links and images of a document.
pub(crate) fn targets(document: &str) -> Vec<String> {
    let prose = prose(document);
    prose.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0.to_owned())).collect()
}

#[test]
fn links_headings_and_code_are_told_apart() {
    let document =
        "# Who, what\n[a](b.md#c) `[no](link)`\n```sh\n# no heading [no](link)\n```\n## What\n## What\n![i](j.svg)\n";
    assert_eq!(targets(document), ["b.md#c", "j.svg"]);
    assert_eq!(anchors(document), ["who-what", "what", "what-1"]);
    assert_eq!(inline_code(document), ["[no](link)"]);
}

//! Statements in a file of their own, such as `policy.invariants`.

use super::rust_file::{Formatted, format_rust};
use super::unreadable::Unreadable;

/// The indentation of statements inside a macro.
const INDENT: &str = "    ";
const OPEN: &str = "policy! {\n";
const CLOSE: &str = "\n}\n";

/// Formats statements as if they were in a `policy!`. They must be valid, so that none of their
/// brackets can close the macro.
///
/// # Errors
///
/// If they contain something that Rust cannot read.
pub fn format_invariants(text: &str) -> Result<String, Unreadable> {
    let text = text.trim_start_matches('\u{feff}');
    if text.trim().is_empty() {
        return Ok(String::new());
    }
    let place =
        |unreadable: Unreadable| Unreadable { start: unreadable.start.saturating_sub(OPEN.len()), ..unreadable };
    let Formatted { text, untouched } = format_rust(&format!("{OPEN}{text}{CLOSE}")).map_err(place)?;
    if let Some(unreadable) = untouched.into_iter().next() {
        return Err(place(unreadable));
    }
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let inside = text.lines().skip(1);
    let mut lines: Vec<&str> = inside.map(|line| line.strip_prefix(INDENT).unwrap_or(line)).collect();
    // Remove the macro's closing bracket.
    lines.pop();
    Ok(lines.into_iter().flat_map(|line| [line, end]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_laid_out_as_in_a_policy() {
        let cases = [
            ("", ""),
            (" \n\n", ""),
            ("never   tag:a->tag:b ;", "never tag:a -> tag:b;\n"),
            (
                "// why\n\n\n   /// what\nnever tag:a,\n  tag:b -> tag:c on 443 , tcp:22;  // end\nonly a -> b; isolated c;",
                "// why\n\n/// what\nnever tag:a, tag:b -> tag:c on 443, tcp:22; // end\nonly a -> b;\nisolated c;\n",
            ),
            ("/* a\n   b */\nnever a -> b;", "/* a\n   b */\nnever a -> b;\n"),
            ("never a -> b;\r\nonly a -> b;\r\n", "never a -> b;\r\nonly a -> b;\r\n"),
        ];
        for (text, expected) in cases {
            let formatted = format_invariants(text).unwrap();
            assert_eq!(formatted, expected, "{text:?}");
            assert_eq!(format_invariants(&formatted).unwrap(), formatted, "{text:?}");
        }
        let long = format!("never {} -> tag:b;", (0..30).map(|n| format!("tag:a{n}")).collect::<Vec<_>>().join(", "));
        let formatted = format_invariants(&long).unwrap();
        assert!(
            formatted.lines().all(|line| line.len() <= 116) && formatted.starts_with("never\n    tag:a0,\n"),
            "{formatted}"
        );
        assert_eq!(format_invariants(&formatted).unwrap(), formatted);
    }
}

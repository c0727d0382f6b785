/// Returns the lines of a published comment as rustc passes them on. Most lines begin with the
/// space after the slashes. Lines of a block comment lose the leading asterisks, and also begin
/// with a space.
pub(super) fn comment_lines(text: &str) -> Vec<String> {
    if !text.contains('\n') {
        return vec![text.trim_end().to_owned()];
    }
    let mut lines: Vec<&str> = text.lines().collect();
    let starred = lines.iter().skip(1).all(|line| line.trim_start().starts_with('*') || line.trim().is_empty());
    if lines.first().is_some_and(|line| line.trim().is_empty()) {
        lines.remove(0);
    }
    while lines.last().is_some_and(|line| line.trim().is_empty()) {
        lines.pop();
    }
    let strip = |line: &str| {
        let line = line.trim();
        let said = if starred { line.strip_prefix('*').unwrap_or(line) } else { line };
        if said.is_empty() || said.starts_with(' ') { said.to_owned() } else { format!(" {said}") }
    };
    lines.into_iter().map(strip).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_has_lines() {
        assert_eq!(comment_lines(" The proxy "), [" The proxy"]);
        assert_eq!(comment_lines("\n * The\n * proxy\n "), [" The", " proxy"]);
        assert_eq!(comment_lines(" The\nproxy"), [" The", " proxy"]);
    }
}

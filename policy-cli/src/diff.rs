//! A line-by-line difference of two files.

use std::ops::Range;

/// The number of unchanged lines around a change.
const CONTEXT: usize = 3;

/// The maximum number of added and removed lines in the search for the shortest diff. Time and
/// memory grow with its square.
const SEARCH: usize = 1000;

/// Replaced lines: the range `old` in the first file, and the range `new` in the second one. Either
/// may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Change {
    old: Range<usize>,
    new: Range<usize>,
}

/// Returns a unified diff with which `patch` turns `old` into `new`. It is empty if they are equal.
pub(crate) fn unified(name: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    between([name, &[name, b"\t(as it should be)"].concat()], old, new)
}

/// Returns a unified diff between two files with these names. It is empty if they are equal.
pub(crate) fn between([old_name, new_name]: [&[u8]; 2], old: &[u8], new: &[u8]) -> Vec<u8> {
    let (old, new) = (lines(old), lines(new));
    let mut out = Vec::new();
    for hunk in hunks(&changes(&old, &new)) {
        if out.is_empty() {
            out = [b"--- ", old_name, b"\n+++ ", new_name, b"\n"].concat();
        }
        write_hunk(&mut out, hunk, &old, &new);
    }
    out
}

/// Returns the lines of a file, including their line ends.
fn lines(file: &[u8]) -> Vec<&[u8]> {
    file.split_inclusive(|byte| *byte == b'\n').collect()
}

/// Returns all changes in order. No two of them are adjacent.
fn changes(old: &[&[u8]], new: &[&[u8]]) -> Vec<Change> {
    let head = same(old.iter(), new.iter());
    let (old, new) = (old.get(head..).unwrap_or_default(), new.get(head..).unwrap_or_default());
    let tail = same(old.iter().rev(), new.iter().rev());
    let old = old.get(..old.len() - tail).unwrap_or_default();
    let new = new.get(..new.len() - tail).unwrap_or_default();
    let all = || vec![Change { old: 0..old.len(), new: 0..new.len() }];
    let mut changes: Vec<Change> = Vec::new();
    for step in shortest(old, new).unwrap_or_else(all) {
        let step =
            Change { old: head + step.old.start..head + step.old.end, new: head + step.new.start..head + step.new.end };
        match changes.last_mut() {
            Some(last) if last.old.end == step.old.start && last.new.end == step.new.start => {
                (last.old.end, last.new.end) = (step.old.end, step.new.end);
            }
            _ => changes.push(step),
        }
    }
    changes
}

/// Returns the number of equal lines at the start.
fn same<'a>(old: impl Iterator<Item = &'a &'a [u8]>, new: impl Iterator<Item = &'a &'a [u8]>) -> usize {
    old.zip(new).take_while(|(old, new)| old == new).count()
}

/// Returns the shortest list of changes, each of one line, in order. Returns `None` if there are
/// too many.
///
/// This is the greedy algorithm of Eugene W. Myers, "An O(ND) Difference Algorithm and Its
/// Variations" (1986). `rows[d][i]` is the number of old lines that the best path of `d` steps has
/// passed, where `i` of the steps removed an old line and the others added a new one.
fn shortest(old: &[&[u8]], new: &[&[u8]]) -> Option<Vec<Change>> {
    let mut rows: Vec<Vec<usize>> = Vec::new();
    for steps in 0..=SEARCH {
        let mut row = Vec::with_capacity(steps + 1);
        for gone in 0..=steps {
            let (mut old_at, _) = rows.last().map_or((0, true), |row| best(row, gone));
            let mut new_at = old_at + steps - 2 * gone;
            while old.get(old_at).is_some_and(|line| new.get(new_at) == Some(line)) {
                old_at += 1;
                new_at += 1;
            }
            if old_at >= old.len() && new_at >= new.len() {
                return Some(steps_back(&rows, old.len(), new.len()));
            }
            row.push(old_at);
        }
        rows.push(row);
    }
    None
}

/// Returns the old line that the next step reaches at best, and whether this step adds a new line.
/// Otherwise, it removes an old one.
fn best(row: &[usize], gone: usize) -> (usize, bool) {
    let old_line_gone = gone.checked_sub(1).and_then(|before| row.get(before)).map(|at| at + 1);
    match (row.get(gone), old_line_gone) {
        (Some(at), gone) if gone.is_none_or(|gone| gone <= *at) => (*at, true),
        (_, gone) => (gone.unwrap_or_default(), false),
    }
}

/// Returns the steps that lead to the ends of both files.
fn steps_back(rows: &[Vec<usize>], mut old_at: usize, mut new_at: usize) -> Vec<Change> {
    let mut steps = Vec::new();
    for (before, row) in rows.iter().enumerate().rev() {
        let count = before + 1;
        let gone = (old_at + count - new_at) / 2;
        let (after, new_line_comes) = best(row, gone);
        let offset = after + count - 2 * gone;
        let step = if new_line_comes {
            Change { old: after..after, new: offset - 1..offset }
        } else {
            Change { old: after - 1..after, new: offset..offset }
        };
        (old_at, new_at) = (step.old.start, step.new.start);
        steps.push(step);
    }
    steps.reverse();
    steps
}

/// Groups changes. Changes are in one group if their contexts would overlap.
fn hunks(changes: &[Change]) -> impl Iterator<Item = &[Change]> {
    changes.chunk_by(|one, next| next.old.start - one.old.end <= 2 * CONTEXT)
}

fn write_hunk(out: &mut Vec<u8>, hunk: &[Change], old: &[&[u8]], new: &[&[u8]]) {
    let ([first, ..], [.., last]) = (hunk, hunk) else { return };
    let lead = first.old.start.min(CONTEXT);
    let tail = (old.len() - last.old.end).min(CONTEXT);
    let header = format!(
        "@@ -{} +{} @@\n",
        range(first.old.start - lead..last.old.end + tail),
        range(first.new.start - lead..last.new.end + tail)
    );
    out.extend_from_slice(header.as_bytes());
    let mut at = first.old.start - lead;
    for change in hunk {
        write_lines(out, b' ', old, at..change.old.start);
        write_lines(out, b'-', old, change.old.clone());
        write_lines(out, b'+', new, change.new.clone());
        at = change.old.end;
    }
    write_lines(out, b' ', old, at..at + tail);
}

fn write_lines(out: &mut Vec<u8>, mark: u8, lines: &[&[u8]], range: Range<usize>) {
    for line in lines.get(range).unwrap_or_default() {
        out.push(mark);
        out.extend_from_slice(line);
        if !line.ends_with(b"\n") {
            out.extend_from_slice(b"\n\\ No newline at end of file\n");
        }
    }
}

/// Returns a range of lines as in the header of a hunk: the first line, or the line before if the
/// range is empty, and the count unless it is 1.
fn range(lines: Range<usize>) -> String {
    match lines.len() {
        0 => format!("{},0", lines.start),
        1 => (lines.start + 1).to_string(),
        count => format!("{},{count}", lines.start + 1),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn diff(old: &str, new: &str) -> String {
        String::from_utf8(unified(b"f", old.as_bytes(), new.as_bytes())).unwrap()
    }

    const HEAD: &str = "--- f\n+++ f\t(as it should be)\n";

    #[test]
    fn shows_what_changed_with_three_lines_around() {
        let cases = [
            ("", "", String::new()),
            ("a\n", "a\n", String::new()),
            ("", "a\n", format!("{HEAD}@@ -0,0 +1 @@\n+a\n")),
            ("a\n", "", format!("{HEAD}@@ -1 +0,0 @@\n-a\n")),
            ("a\nb\n", "a\nc\n", format!("{HEAD}@@ -1,2 +1,2 @@\n a\n-b\n+c\n")),
            ("a", "a\n", format!("{HEAD}@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n")),
            (
                "1\n2\n3\n4\n5\n6\n7\n8\n9\n",
                "1\n2\n3\n4\nx\n6\n7\n8\n9\n",
                format!("{HEAD}@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n"),
            ),
        ];
        for (old, new, expected) in cases {
            assert_eq!(diff(old, new), expected, "{old:?} to {new:?}");
        }
    }

    #[test]
    fn changes_far_apart_are_hunks_of_their_own() {
        let old: String = (0..30).map(|line| format!("{line}\n")).collect();
        let new = old.replace("3\n4\n", "3\nnew\n4\n").replace("\n25\n", "\n");
        assert_eq!(diff(&old, &new).matches("@@ -").count(), 2);
    }

    #[test]
    fn a_new_rule_is_shown_whole() {
        let rule = |tag: &str| format!("\t\t{{\n\t\t\t\"dst\": [\"tag:{tag}\"],\n\t\t}},\n");
        let old = [rule("a"), rule("b")].concat();
        let new = [rule("a"), rule("new"), rule("b")].concat();
        let added: String = diff(&old, &new).lines().filter(|line| line.starts_with('+')).skip(1).collect();
        assert_eq!(added.matches("tag:").count(), 1, "{added}");
        assert_eq!(diff(&old, &new).lines().filter(|line| line.starts_with('-')).count(), 1);
    }

    /// Applies a diff like `patch`.
    fn apply(old: &str, diff: &str) -> String {
        let mut old_lines = old.split_inclusive('\n');
        let mut out = String::new();
        let mut at = 0;
        let mut lines = diff.split_inclusive('\n').skip(2).peekable();
        while let Some(line) = lines.next() {
            let (mark, text) = line.split_at(1);
            let without_newline = lines.peek().is_some_and(|next| next.starts_with('\\'));
            let text = if without_newline { text.trim_end_matches('\n') } else { text };
            match mark {
                "@" => {
                    let range = text.split([' ', '-']).nth(2).unwrap();
                    let (start, count) = range.split_once(',').unwrap_or((range, "1"));
                    let start = start.parse::<usize>().unwrap() - usize::from(count != "0");
                    out.extend(old_lines.by_ref().take(start - at));
                    at = start;
                }
                "+" => out.push_str(text),
                "\\" => {}
                _ => {
                    let line = old_lines.next().unwrap();
                    assert_eq!(line, text);
                    at += 1;
                    if mark == " " {
                        out.push_str(line);
                    }
                }
            }
        }
        out.extend(old_lines);
        out
    }

    fn changed(diff: &str) -> usize {
        diff.lines().skip(2).filter(|line| line.starts_with(['+', '-'])).count()
    }

    #[test]
    fn files_with_nothing_in_common_are_replaced() {
        let file = |name: &str| (0..SEARCH).map(|line| format!("{name}{line}\n")).collect::<String>();
        let (old, new) = (file("old"), file("new"));
        let diff = diff(&old, &new);
        assert_eq!(changed(&diff), 2 * SEARCH);
        assert_eq!(apply(&old, &diff), new);
    }

    proptest! {
        #[test]
        fn applied_to_the_old_file_it_gives_the_new_one(old in "([a-h]\n){0,40}[a-h]?", new in "([a-h]\n){0,40}[a-h]?") {
            prop_assert_eq!(apply(&old, &diff(&old, &new)), new);
        }

        #[test]
        fn no_more_lines_change_than_were_edited(edits in prop::collection::btree_set(0_usize..500, 0..20)) {
            let old: Vec<String> = (0..500).map(|line| format!("{}\n", line / 3)).collect();
            let mut new = old.clone();
            for edit in &edits {
                new[*edit] = "edited\n".to_owned();
            }
            let diff = diff(&old.concat(), &new.concat());
            prop_assert_eq!(changed(&diff), 2 * edits.len());
            prop_assert_eq!(apply(&old.concat(), &diff), new.concat());
        }
    }
}

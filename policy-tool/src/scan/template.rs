//! Templates of other files, such as those of Helm and Ansible.

use std::borrow::Cow;

/// Returns the text with each byte of a template action replaced with `$`, which is neither YAML
/// nor part of a name. A line that has only actions becomes blank.
pub(super) fn without_actions(text: &str) -> Cow<'_, str> {
    if !text.contains("{{") && !text.contains("{%") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut inside: Option<&str> = None;
    for line in text.split_inclusive('\n') {
        let start = out.len();
        let mut rest = line;
        let mut has_text = false;
        while let Some(letter) = rest.chars().next() {
            let opened = [("{{", "}}"), ("{%", "%}")].into_iter().find(|(open, _)| rest.starts_with(open));
            let (width, replacement) = match (inside, opened) {
                (Some(close), _) if rest.starts_with(close) => {
                    inside = None;
                    (close.len(), '$')
                }
                (None, Some((open, close))) => {
                    inside = Some(close);
                    (open.len(), '$')
                }
                (Some(_), _) if letter != '\n' => (letter.len_utf8(), '$'),
                (_, _) => {
                    has_text |= !letter.is_whitespace();
                    out.push(letter);
                    rest = rest.get(letter.len_utf8()..).unwrap_or_default();
                    continue;
                }
            };
            out.extend(std::iter::repeat_n(replacement, width));
            rest = rest.get(width..).unwrap_or_default();
        }
        if !has_text {
            let blank: String = line.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect();
            out.truncate(start);
            out.push_str(&blank);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_stay_what_they_are() {
        let text = "{{- if .Values.é }}\na: {{ .Values.b | quote }}\nc: 1\n{{- end }}\n";
        let plain = without_actions(text);
        assert_eq!(plain.len(), text.len());
        assert_eq!(plain.trim(), "a: $$$$$$$$$$$$$$$$$$$$$$$\nc: 1");
    }
}

//! HCL: a local value with an object for each kind, as `terraform fmt` formats it.

use super::constants::{Constants, Property};
use super::header;
use super::identifier::Identifier;
use super::literal::{c_escape, escape, width};

/// Words that cannot be the key of an object or an attribute.
const KEYWORDS: &[&str] = &["else", "endfor", "endif", "false", "for", "if", "in", "null", "true"];

/// An attribute, with the lines of the comment above it.
struct Attribute<'a> {
    comment: Vec<&'a str>,
    key: String,
    value: String,
}

pub(super) fn write(constants: &Constants, local: &str) -> String {
    let mut text = format!("# Names of the tailnet policy.\n# {}\nlocals {{\n  {local} = {{\n", header("hcl"));
    let mut separator = "";
    for kind in &constants.0 {
        let attributes = kind.constants.iter().map(|constant| Attribute {
            comment: constant.doc(),
            key: constant.identifier.snake(KEYWORDS),
            value: literal(&constant.value),
        });
        let title = format!("The {} of the tailnet.", kind.kind.plural());
        text.push_str(std::mem::replace(&mut separator, "\n"));
        object(&title, &Identifier::of_kind(kind.kind), &attributes.collect::<Vec<_>>(), &mut text);
        for property in &kind.properties {
            text.push('\n');
            let (title, name) = (property.description(kind.kind), property.identifier(kind.kind));
            object(&title, &name, &rows(property), &mut text);
        }
    }
    text.push_str("  }\n}\n");
    text
}

fn rows(property: &Property) -> Vec<Attribute<'_>> {
    let row = |(identifier, values): &(Identifier, Vec<super::constants::PropertyValue>)| {
        let values = values.iter().map(|value| literal(&value.value)).collect::<Vec<_>>().join(", ");
        let value = if property.is_list { format!("[{values}]") } else { values };
        Attribute { comment: Vec::new(), key: identifier.snake(KEYWORDS), value }
    };
    property.rows.iter().map(row).collect()
}

fn object(title: &str, name: &Identifier, attributes: &[Attribute], text: &mut String) {
    text.push_str(&format!("    # {title}\n    {} = {{\n", name.snake(KEYWORDS)));
    for run in attributes.chunk_by(|_, next| next.comment.is_empty()) {
        // The `=` of lines without a comment between them are aligned.
        let widest = run.iter().map(|attribute| width(&attribute.key)).max().unwrap_or(0);
        for Attribute { comment, key, value } in run {
            comment.iter().for_each(|line| text.push_str(&format!("      {}\n", format!("# {line}").trim_end())));
            text.push_str(&format!("      {key:widest$} = {value}\n"));
        }
    }
    text.push_str("    }\n");
}

fn literal(text: &str) -> String {
    let escaped = escape(text, |char| c_escape(char, '"'));
    format!("\"{}\"", escaped.replace("${", "$${").replace("%{", "%%{"))
}

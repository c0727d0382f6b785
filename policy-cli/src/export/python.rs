//! Python: a `StrEnum` for each kind, as Black and Ruff format it.

use super::constants::{Constant, Constants, ConstantsOfKind, Property};
use super::header;
use super::identifier::Identifier;
use super::literal::{escape, in_fewest_quotes, width};

/// The maximum line length of Black and Ruff.
const WIDTH: usize = 88;

pub(super) fn write(constants: &Constants) -> String {
    let mut text = format!("\"\"\"Names of the tailnet policy.\n\n{}\n\"\"\"\n", header("python"));
    let is_used = constants.have_properties();
    let imports = [
        ("\nfrom collections.abc import Mapping\n", is_used),
        (if is_used { "from enum import StrEnum\n" } else { "\nfrom enum import StrEnum\n" }, !constants.0.is_empty()),
        ("from typing import Final\n", is_used),
    ];
    imports.iter().filter(|(_, is_used)| *is_used).for_each(|(import, _)| text.push_str(import));
    for kind in &constants.0 {
        class(kind, &mut text);
    }
    text.push_str(if is_used { "\n" } else { "" });
    for kind in &constants.0 {
        for property in &kind.properties {
            mapping(kind, property, &mut text);
        }
    }
    text
}

fn class(kind: &ConstantsOfKind, text: &mut String) {
    let name = kind.kind.type_name();
    text.push_str(&format!("\n\nclass {name}(StrEnum):\n    \"\"\"The {} of the tailnet.\"\"\"\n", kind.kind.plural()));
    for constant in &kind.constants {
        text.push('\n');
        assignment(&format!("    {} =", constant.identifier.upper()), &in_fewest_quotes(&constant.value), text);
        docstring(constant, text);
    }
}

/// Writes an assignment. The value is on its own line in parentheses if it fits only there.
fn assignment(target: &str, value: &str, text: &mut String) {
    let line = format!("{target} {value}\n");
    let fits_alone = width(value) + 8 <= WIDTH;
    if width(line.trim_end()) > WIDTH && fits_alone {
        text.push_str(&format!("{target} (\n        {value}\n    )\n"));
    } else {
        text.push_str(&line);
    }
}

fn docstring(constant: &Constant, text: &mut String) {
    let doc: Vec<String> = constant.doc().into_iter().map(docstring_line).collect();
    match doc.as_slice() {
        [] => {}
        [line] => {
            // Formatters separate a quote at an end from the quotes of the docstring.
            let before = if line.starts_with('"') { " " } else { "" };
            let after = if line.ends_with('"') { " " } else { "" };
            text.push_str(&format!("    \"\"\"{before}{line}{after}\"\"\"\n"));
        }
        lines => {
            let before = if lines.first().is_some_and(|line| line.starts_with('"')) { " " } else { "" };
            text.push_str(&format!("    \"\"\"{before}"));
            for (index, line) in lines.iter().enumerate() {
                let indent = if index == 0 || line.is_empty() { "" } else { "    " };
                text.push_str(&format!("{indent}{line}\n"));
            }
            text.push_str("    \"\"\"\n");
        }
    }
}

fn docstring_line(line: &str) -> String {
    escape(line, |char| (char == '\\').then(|| r"\\".to_owned())).replace("\"\"\"", r#"\"\"\""#)
}

fn mapping(kind: &ConstantsOfKind, property: &Property, text: &mut String) {
    let value_type = match (property.is_list, property.has_tags) {
        (true, true) => "tuple[Tag, ...]",
        (true, false) => "tuple[str, ...]",
        (false, _) => "str",
    };
    let (name, key_type) = (property.identifier(kind.kind).upper(), kind.kind.type_name());
    text.push_str(&format!("\n{name}: Final[Mapping[{key_type}, {value_type}]] = {{\n"));
    for (identifier, values) in &property.rows {
        let values = values.iter().map(|value| match &value.tag {
            Some(tag) => format!("Tag.{}", tag.upper()),
            None => in_fewest_quotes(&value.value),
        });
        row(&key(key_type, identifier), &values.collect::<Vec<_>>(), property.is_list, text);
    }
    text.push_str(&format!("}}\n\"\"\"{}\"\"\"\n", property.description(kind.kind)));
}

fn key(key_type: &str, identifier: &Identifier) -> String {
    format!("    {key_type}.{}:", identifier.upper())
}

fn row(key: &str, values: &[String], is_list: bool, text: &mut String) {
    let value = match values {
        values if !is_list => values.concat(),
        [value] => format!("({value},)"),
        values => format!("({})", values.join(", ")),
    };
    if is_list && width(&format!("{key} {value},")) > WIDTH {
        text.push_str(&format!("{key} (\n"));
        values.iter().for_each(|value| text.push_str(&format!("        {value},\n")));
        text.push_str("    ),\n");
    } else {
        text.push_str(&format!("{key} {value},\n"));
    }
}

//! TypeScript: a constant object and a union type for each kind, as Prettier formats it.

use super::constants::{Constant, Constants, ConstantsOfKind, Property};
use super::header;
use super::literal::{in_fewest_quotes, width};

/// The maximum line length of Prettier.
const WIDTH: usize = 80;

/// The width of an indentation. Prettier does not break the line after a key that is at most this
/// long.
const SHORT_KEY: usize = 2;

pub(super) fn write(constants: &Constants) -> String {
    let mut text = format!("// Names of the tailnet policy.\n// {}\n", header("typescript"));
    for kind in &constants.0 {
        object(kind, &mut text);
    }
    for kind in &constants.0 {
        for property in &kind.properties {
            record(kind, property, &mut text);
        }
    }
    if constants.0.is_empty() {
        text.push_str("\nexport {};\n");
    }
    text
}

fn object(kind: &ConstantsOfKind, text: &mut String) {
    let name = kind.kind.type_name();
    text.push_str(&format!("\n/** The {} of the tailnet. */\nexport const {name} = {{\n", kind.kind.plural()));
    for constant in &kind.constants {
        comment(constant, text);
        let (key, value) = (constant.identifier.pascal(), in_fewest_quotes(&constant.value));
        let line = format!("  {key}: {value},");
        if width(&line) > WIDTH && width(&key) > SHORT_KEY {
            text.push_str(&format!("  {key}:\n    {value},\n"));
        } else {
            text.push_str(&format!("{line}\n"));
        }
    }
    text.push_str("} as const;\n");
    text.push_str(&format!("\n/** One of the {} of the tailnet. */\n", kind.kind.plural()));
    text.push_str(&format!("export type {name} = (typeof {name})[keyof typeof {name}];\n"));
}

fn comment(constant: &Constant, text: &mut String) {
    let doc: Vec<String> = constant.doc().into_iter().map(|line| line.replace("*/", r"*\/")).collect();
    match doc.as_slice() {
        [] => {}
        [line] => text.push_str(&format!("  /** {line} */\n")),
        lines => {
            text.push_str("  /**\n");
            lines.iter().for_each(|line| text.push_str(&format!("{}\n", format!("   * {line}").trim_end())));
            text.push_str("   */\n");
        }
    }
}

fn record(kind: &ConstantsOfKind, property: &Property, text: &mut String) {
    let value_type = match (property.is_list, property.has_tags) {
        (true, true) => "readonly Tag[]",
        (true, false) => "readonly string[]",
        (false, _) => "string",
    };
    let (name, key_type) = (property.identifier(kind.kind).camel(), kind.kind.type_name());
    text.push_str(&format!("\n/** {} */\n", property.description(kind.kind)));
    text.push_str(&format!("export const {name}: Readonly<Record<{key_type}, {value_type}>> = {{\n"));
    for (identifier, values) in &property.rows {
        let values: Vec<String> = values
            .iter()
            .map(|value| match &value.tag {
                Some(tag) => format!("Tag.{}", tag.pascal()),
                None => in_fewest_quotes(&value.value),
            })
            .collect();
        let key = format!("  [{key_type}.{}]:", identifier.pascal());
        let value = if property.is_list { format!("[{}]", values.join(", ")) } else { values.concat() };
        let line = format!("{key} {value},");
        if width(&line) <= WIDTH || property.is_list && values.is_empty() {
            text.push_str(&format!("{line}\n"));
        } else if property.is_list && width(&key) + " [".len() <= WIDTH {
            text.push_str(&format!("{key} [\n"));
            values.iter().for_each(|value| text.push_str(&format!("    {value},\n")));
            text.push_str("  ],\n");
        } else {
            text.push_str(&format!("{key}\n    {value},\n"));
        }
    }
    text.push_str("};\n");
}

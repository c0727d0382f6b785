//! Nix: an attribute set with a set for each kind.

use super::constants::{Constants, Property};
use super::header;
use super::identifier::Identifier;
use super::literal::escape;

/// Words that cannot be the name of an attribute.
const KEYWORDS: &[&str] = &["assert", "else", "if", "in", "inherit", "let", "or", "rec", "then", "with"];

pub(super) fn write(constants: &Constants) -> String {
    let mut text = format!("# Names of the tailnet policy.\n# {}\n{{\n", header("nix"));
    let mut separator = "";
    for kind in &constants.0 {
        text.push_str(std::mem::replace(&mut separator, "\n"));
        let name = Identifier::of_kind(kind.kind).camel();
        text.push_str(&format!("  # The {} of the tailnet.\n  {name} = {{\n", kind.kind.plural()));
        for constant in &kind.constants {
            let doc = constant.doc();
            doc.iter().for_each(|line| text.push_str(&format!("    {}\n", format!("# {line}").trim_end())));
            let name = constant.identifier.snake(KEYWORDS);
            text.push_str(&format!("    {name} = {};\n", literal(&constant.value)));
        }
        text.push_str("  };\n");
        for property in &kind.properties {
            let name = property.identifier(kind.kind).camel();
            text.push_str(&format!("\n  # {}\n  {name} = {{\n", property.description(kind.kind)));
            rows(property, &mut text);
            text.push_str("  };\n");
        }
    }
    text.push_str("}\n");
    text
}

fn rows(property: &Property, text: &mut String) {
    for (identifier, values) in &property.rows {
        let name = identifier.snake(KEYWORDS);
        let values: Vec<String> = values.iter().map(|value| literal(&value.value)).collect();
        match values.as_slice() {
            values if !property.is_list => text.push_str(&format!("    {name} = {};\n", values.concat())),
            [] => text.push_str(&format!("    {name} = [ ];\n")),
            [value] => text.push_str(&format!("    {name} = [ {value} ];\n")),
            values => {
                text.push_str(&format!("    {name} = [\n"));
                values.iter().for_each(|value| text.push_str(&format!("      {value}\n")));
                text.push_str("    ];\n");
            }
        }
    }
}

/// Returns a text as a string literal. Nix has no escapes for other characters.
fn literal(text: &str) -> String {
    let escaped = escape(text, |char| {
        Some(match char {
            '\\' => r"\\".to_owned(),
            '"' => r#"\""#.to_owned(),
            '\n' => r"\n".to_owned(),
            '\r' => r"\r".to_owned(),
            '\t' => r"\t".to_owned(),
            _ => return None,
        })
    });
    format!("\"{}\"", escaped.replace("${", "\\${"))
}

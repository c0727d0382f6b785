//! Variables for a shell or a `.env` file.

use super::constants::{Constants, Property};
use super::header;
use super::identifier::Identifier;

pub(super) fn write(constants: &Constants) -> String {
    let mut text = format!("# Names of the tailnet policy.\n# {}\n", header("env"));
    for kind in &constants.0 {
        let prefix = Identifier::of_kind(kind.kind);
        text.push_str(&format!("\n# --- The {} of the tailnet ---\n", kind.kind.plural()));
        for constant in &kind.constants {
            text.push('\n');
            let doc = constant.doc();
            doc.iter().for_each(|line| text.push_str(&format!("{}\n", format!("# {line}").trim_end())));
            let name = prefix.with(&constant.identifier).upper();
            text.push_str(&format!("{name}={}\n", literal(&constant.value)));
            kind.properties.iter().for_each(|property| values(&name, property, &constant.identifier, &mut text));
        }
    }
    text
}

/// Writes the values of a constant, with commas between them. No other variable has two `_` in its
/// name.
fn values(name: &str, property: &Property, identifier: &Identifier, text: &mut String) {
    let values = property.rows.iter().find(|(one, _)| one == identifier).map(|(_, values)| values.as_slice());
    let values: Vec<&str> = values.unwrap_or_default().iter().map(|value| value.value.as_str()).collect();
    if !values.is_empty() {
        text.push_str(&format!("{name}__{}={}\n", property.name.to_ascii_uppercase(), literal(&values.join(","))));
    }
}

fn literal(text: &str) -> String {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || "_-.:/@+,=".contains(char);
    if !text.is_empty() && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

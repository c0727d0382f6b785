//! Rust: a type and a module of constants for each kind, as rustfmt formats it.

use policy_core::identifier::{ALL, item_name};

use super::constants::{Constants, ConstantsOfKind, Property};
use super::header;
use super::identifier::Identifier;
use super::literal::{escape, width};

/// The maximum line length of rustfmt.
const WIDTH: usize = 100;
/// The maximum length of an array that rustfmt puts on one line.
const ARRAY_WIDTH: usize = 60;
/// The maximum length of an array item that shares its line with others in rustfmt's layout.
const SHORT_ITEM: usize = 10;

pub(super) fn write(constants: &Constants) -> String {
    let mut text = format!("// Names of the tailnet policy.\n// {}\n", header("rust"));
    text.push_str(if constants.0.is_empty() { "" } else { "\nuse std::fmt;\n" });
    for kind in &constants.0 {
        type_of(kind, &mut text);
        module(kind, &mut text);
    }
    text
}

fn type_of(kind: &ConstantsOfKind, text: &mut String) {
    let name = kind.kind.type_name();
    text.push_str(&format!(
        "
/// One of the {} of the tailnet.
#[allow(dead_code)]
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct {name}(&'static str);

#[allow(dead_code)]
impl {name} {{
    /// Returns the name as it is in the policy.
    pub const fn as_str(self) -> &'static str {{
        self.0
    }}
",
        kind.kind.plural()
    ));
    kind.properties.iter().for_each(|property| method(kind, property, text));
    text.push_str(&format!(
        "}}

impl fmt::Display for {name} {{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {{
        f.write_str(self.0)
    }}
}}

impl AsRef<str> for {name} {{
    fn as_ref(&self) -> &str {{
        self.0
    }}
}}
"
    ));
}

fn method(kind: &ConstantsOfKind, property: &Property, text: &mut String) {
    let (result, none) = match (property.is_list, property.has_tags) {
        (true, true) => ("&'static [Tag]", "&[]"),
        (true, false) => ("&'static [&'static str]", "&[]"),
        (false, _) => ("&'static str", "\"\""),
    };
    let (name, module) = (property.name, module_name(kind));
    text.push_str(&format!("\n    /// Returns the {name} of the {}.\n", kind.kind.singular()));
    text.push_str(&format!("    pub fn {name}(self) -> {result} {{\n        match self {{\n"));
    for (identifier, values) in property.rows.iter().filter(|(_, values)| !values.is_empty()) {
        let values: Vec<String> = values
            .iter()
            .map(|value| match &value.tag {
                Some(tag) => format!("tag::{}", item(tag)),
                None => literal(&value.value),
            })
            .collect();
        let start = format!("            {module}::{} => ", item(identifier));
        if property.is_list {
            array(&start, &values, ",\n", text);
        } else {
            let value = values.concat();
            if width(&start) + width(&value) + 1 > WIDTH {
                text.push_str(&format!("{start}{{\n                {value}\n            }}\n"));
            } else {
                text.push_str(&format!("{start}{value},\n"));
            }
        }
    }
    text.push_str(&format!("            _ => {none},\n        }}\n    }}\n"));
}

fn module(kind: &ConstantsOfKind, text: &mut String) {
    let (name, module) = (kind.kind.type_name(), module_name(kind));
    text.push_str(&format!("\n/// The {} of the tailnet.\n", kind.kind.plural()));
    text.push_str("#[allow(dead_code, non_upper_case_globals)]\n");
    text.push_str(&format!("pub mod {module} {{\n    use super::{name};\n"));
    for constant in &kind.constants {
        text.push('\n');
        let doc = constant.doc();
        doc.iter().for_each(|line| text.push_str(&format!("    {}\n", format!("/// {line}").trim_end())));
        let (item, value) = (item(&constant.identifier), literal(&constant.value));
        let start = format!("    pub const {item}:");
        let (head, value) = (format!("{start} {name} ="), format!("{name}({value});"));
        if width(&head) > WIDTH {
            let separator = if width(name) + width(&value) + 11 > WIDTH { "\n        " } else { " " };
            text.push_str(&format!("{start}\n        {name} ={separator}{value}\n"));
        } else if width(&head) + 1 + width(&value) > WIDTH {
            text.push_str(&format!("{head}\n        {value}\n"));
        } else {
            text.push_str(&format!("{head} {value}\n"));
        }
    }
    text.push_str(&format!("\n    /// All {} of the tailnet.\n", kind.kind.plural()));
    let items: Vec<String> = kind.constants.iter().map(|constant| item(&constant.identifier)).collect();
    let head = format!("    pub const {ALL}: &[{name}] =");
    match items.as_slice() {
        // rustfmt moves a single item to its own line before it breaks the item's brackets. It does
        // not do so for several items.
        [item] if width(item) + 5 + width(&head) <= WIDTH => text.push_str(&format!("{head} &[{item}];\n")),
        [item] if width(item) + 12 < WIDTH => text.push_str(&format!("{head}\n        &[{item}];\n")),
        items => array(&format!("{head} "), items, ";\n", text),
    }
    text.push_str("}\n");
}

/// Writes an array after the start of its first line.
fn array(start: &str, items: &[String], end: &str, text: &mut String) {
    let line = items.join(", ");
    text.push_str(&format!("{start}&["));
    if width(&line) <= ARRAY_WIDTH && width(&format!("{start}&[{line}]{}", end.trim_end())) <= WIDTH {
        text.push_str(&line);
    } else {
        let indent = " ".repeat(start.len() - start.trim_start().len());
        let is_dense = items.iter().all(|item| width(item) <= SHORT_ITEM);
        let mut current = String::new();
        for item in items {
            if current.is_empty() {
                current = format!("{indent}    {item},");
            } else if is_dense && width(&current) + 1 + width(item) < WIDTH {
                current.push_str(&format!(" {item},"));
            } else {
                text.push_str(&format!("\n{current}"));
                current = format!("{indent}    {item},");
            }
        }
        text.push_str(&format!("\n{current}\n{indent}"));
    }
    text.push_str(&format!("]{end}"));
}

/// Returns the name of the module, which is the same as in `policy!`.
fn module_name(kind: &ConstantsOfKind) -> String {
    kind.kind.type_name().to_ascii_lowercase()
}

fn item(identifier: &Identifier) -> String {
    item_name(&identifier.snake(&[]))
}

fn literal(text: &str) -> String {
    let escaped = escape(text, |char| {
        Some(match char {
            '\\' => r"\\".to_owned(),
            '"' => r#"\""#.to_owned(),
            '\n' => r"\n".to_owned(),
            '\r' => r"\r".to_owned(),
            '\t' => r"\t".to_owned(),
            char if policy_core::source::picture(char) != char => format!("\\u{{{:x}}}", u32::from(char)),
            _ => return None,
        })
    });
    format!("\"{escaped}\"")
}

//! Converts capabilities that comments above the policy declare to `capabilities { … }`.

use policy_cli::tool::words::quoted;
use policy_core::Policy;
use policy_core::model::{DeclaredCapability, Field, Shape};

use super::layout::Layout;
use crate::comment::{Lines, lone_comments};

/// Returns the text above the policy, up to the first declaration.
pub(super) fn header<'b>(policy: &Policy, before: &'b str) -> &'b str {
    policy.capabilities.first().map_or(before, |first| before.get(..first.origin.range().start).unwrap_or_default())
}

/// Writes the declarations and the other comments in `before`, which is the text above the policy.
pub(super) fn section(layout: &mut Layout, policy: &Policy, before: &str) {
    let Some(first) = policy.capabilities.first() else { return };
    let mut end = first.origin.range().start;
    layout.space();
    layout.braces("capabilities", |layout| {
        for capability in &policy.capabilities {
            let range = capability.origin.range();
            layout.notes(&comments(before.get(end..range.start).unwrap_or_default()));
            if end > first.origin.range().start {
                layout.space();
            }
            layout.marks(&marks(policy, capability));
            let type_name = capability.type_name.as_ref().map_or_else(String::new, |name| format!("as {name} "));
            shape(layout, &capability.shape, &format!("{} {type_name}", quoted(&capability.name)), "");
            end = range.end;
        }
        layout.notes(&comments(before.get(end..).unwrap_or_default()));
    });
}

fn comments(between: &str) -> Vec<Lines> {
    if between.trim().is_empty() { Vec::new() } else { lone_comments(&format!("\n{between}")) }
}

/// Returns the lines of the comments directly above a declaration, without slashes.
fn marks(policy: &Policy, capability: &DeclaredCapability) -> Lines {
    let above = policy.text.get(capability.origin.range().start..capability.name.origin.range().start);
    let above = above.and_then(|above| above.rsplit_once('\n')).map_or("", |(above, _)| above);
    let line = |line: &str| line.trim().strip_prefix("//").map(str::to_owned);
    above.lines().filter_map(line).collect()
}

/// Writes a shape between two texts. It is on one line, unless a field has a comment.
fn shape(layout: &mut Layout, shape: &Shape, before: &str, after: &str) {
    match shape {
        Shape::Record(fields) if has_doc(shape) => {
            layout.line(&format!("{before}{{"));
            fields.iter().for_each(|field| self::field(layout, field));
            layout.line(&format!("}}{after}"));
        }
        Shape::List(item) if has_doc(item) => self::shape(layout, item, &format!("{before}["), &format!("]{after}")),
        _ => layout.line(&format!("{before}{shape}{after}")),
    }
}

fn field(layout: &mut Layout, field: &Field) {
    let line = |line: &str| if line.is_empty() { String::new() } else { format!(" {line}") };
    let doc: Lines = field.doc.iter().flat_map(|doc| doc.split('\n')).map(line).collect();
    layout.docs(&doc);
    shape(layout, &field.shape, &format!("{}: ", field.head()), ";");
}

fn has_doc(shape: &Shape) -> bool {
    match shape {
        Shape::Record(fields) => fields.iter().any(|field| field.doc.is_some() || has_doc(&field.shape)),
        Shape::List(item) => has_doc(item),
        _ => false,
    }
}

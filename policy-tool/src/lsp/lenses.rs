//! The places of facts above declarations and rules. `resolver` computes the facts.

use gen_lsp_types as lsp;
use policy_core::source::FileId;
use policy_ide::{Lens, LensQuestion, lenses};
use serde_json::json;

use super::view::View;

/// Returns the places with facts in a policy.
pub(super) fn places(view: &View) -> Vec<lsp::CodeLens> {
    if view.file != FileId::Policy {
        return Vec::new();
    }
    let uri = &view.document().uri;
    let lens = |Lens { range, question }: Lens| {
        let data = match question {
            LensQuestion::ReachedBy(name) => json!({ "uri": uri, "reachedBy": name }),
            LensQuestion::Tested(rule) => json!({ "uri": uri, "rule": [rule.start, rule.end] }),
        };
        let start = view.range(range).start;
        lsp::CodeLens { range: lsp::Range { start, end: start }, command: None, data: Some(data) }
    };
    lenses(view.snapshot()).into_iter().map(lens).collect()
}

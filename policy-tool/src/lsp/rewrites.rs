//! Changes of a rule that no finding asks for. They take time, so a thread makes the one that the user
//! has chosen.

use std::collections::HashMap;
use std::ops::Range;

use gen_lsp_types as lsp;
use policy_analysis::Analysis;
use policy_cli::tool::suggested_tests;
use policy_cli::tool::text::TextEdits;
use policy_core::ValidPolicy;
use policy_core::hujson::Document;
use policy_core::source::{FileId, Origin};
use serde_json::{Value, json};

use super::positions::Encoding;
use super::project::Project;
use super::view::View;
use crate::migrate::migrate_one;
use crate::section::append_to;

/// What the data of an offer says about the change of an ACL to grants.
const GRANTS: &str = "grants";

/// What the data of an offer says about new tests.
const TESTS: &str = "tests";

/// Returns the changes that are possible for the rule at a range, without their edits.
pub(super) fn offers(view: &View, params: &lsp::CodeActionParams) -> Vec<lsp::CodeActionResponse> {
    let is_wanted = |kind: &lsp::CodeActionKind| {
        matches!(
            kind,
            lsp::CodeActionKind::Refactor | lsp::CodeActionKind::RefactorRewrite | lsp::CodeActionKind::Empty
        )
    };
    let is_unwanted = params.context.only.as_ref().is_some_and(|only| !only.iter().any(is_wanted));
    if is_unwanted || view.file != FileId::Policy || view.valid_document().is_none() {
        return Vec::new();
    }
    let wanted = view.encoding.bytes(&view.document().lines, params.range);
    let is_here = |rule: &Origin| rule.range().start <= wanted.start && wanted.end <= rule.range().end;
    let policy = &view.snapshot().policy;
    let acl = policy.acls.iter().flatten().map(|acl| acl.origin).find(is_here);
    let grants = policy.grants.iter().flatten().filter(|grant| !grant.ip.is_empty()).map(|grant| grant.origin);
    let tested = acl.or_else(|| grants.chain(policy.ssh.iter().map(|rule| rule.origin)).find(is_here));
    let offer = |rule: Option<Origin>, rewrite: &str, title: &str| {
        let rule = rule?;
        let data = json!({ "uri": view.document().uri, "rewrite": rewrite, "rule": [rule.start, rule.end] });
        Some(lsp::CodeActionResponse::CodeAction(lsp::CodeAction {
            title: title.to_owned(),
            kind: Some(lsp::CodeActionKind::RefactorRewrite),
            data: Some(data),
            ..lsp::CodeAction::default()
        }))
    };
    let offers = [
        offer(acl, GRANTS, "convert this ACL to a grant"),
        offer(tested, TESTS, "add tests that notice changes of this rule"),
    ];
    offers.into_iter().flatten().collect()
}

/// Returns an offer with its edit, or the reason why there is none. `policy` is the valid policy of the
/// project, if it is valid.
pub(super) fn resolve(
    offer: lsp::CodeAction,
    project: &Project,
    encoding: Encoding,
    policy: Option<&ValidPolicy>,
) -> Result<lsp::CodeAction, String> {
    let data = offer.data.clone().unwrap_or_default();
    let number = |index: usize| u32::try_from(data.get("rule")?.get(index)?.as_u64()?).ok();
    let rule = number(0).zip(number(1)).map(|(start, end)| Origin::new(start, end)).ok_or("no rule is named")?;
    let old = project.policy.text();
    let new = match data.get("rewrite").and_then(Value::as_str) {
        Some(GRANTS) => migrate_one(old, rule).map_err(|error| error.to_string())?,
        Some(TESTS) => with_tests(policy.ok_or("the policy has errors")?, old, rule)?,
        _ => return Err("this change is not known".to_owned()),
    };
    let (place, text) = difference(old, &new);
    let edit = lsp::TextEdit { range: encoding.range(&project.policy.lines, place), new_text: text.to_owned() };
    let changes = HashMap::from([(project.policy.uri.clone(), vec![edit])]);
    let edit = lsp::WorkspaceEdit { changes: Some(changes), ..lsp::WorkspaceEdit::default() };
    Ok(lsp::CodeAction { edit: Some(edit), ..offer })
}

/// Returns a text with the tests that would notice changes of a rule.
fn with_tests(policy: &ValidPolicy, text: &str, rule: Origin) -> Result<String, String> {
    let coverage = policy.coverage();
    let covered = coverage.rules.iter().find(|covered| covered.rule == rule);
    let covered = covered.ok_or("no test can be about this rule")?;
    let mut result = text.to_owned();
    let tests = suggested_tests(&covered.suggested_tests);
    if tests.is_empty() {
        return Err("the tests notice every change of this rule, or no test could".to_owned());
    }
    for (section, test) in tests {
        let document = Document::parse(result.as_str()).map_err(|error| error.to_string())?;
        let mut edits = TextEdits::default();
        append_to(&document, section, &format!("{test}\n"), &mut edits);
        result = edits.apply(&result);
    }
    let is_formatted = Document::parse(text).is_ok_and(|document| document.format() == text);
    match Document::parse(result.as_str()) {
        Ok(document) if is_formatted => Ok(document.format()),
        _ => Ok(result),
    }
}

/// Returns the part of a text that differs from another one, and the text that replaces it.
fn difference<'n>(old: &str, new: &'n str) -> (Range<usize>, &'n str) {
    let common = |old: &mut dyn Iterator<Item = char>, new: &mut dyn Iterator<Item = char>| {
        old.zip(new).take_while(|(old, new)| old == new).map(|(char, _)| char.len_utf8()).sum::<usize>()
    };
    let start = common(&mut old.chars(), &mut new.chars());
    let (old_rest, new_rest) = (old.get(start..).unwrap_or_default(), new.get(start..).unwrap_or_default());
    let end = common(&mut old_rest.chars().rev(), &mut new_rest.chars().rev());
    (start..old.len() - end, new_rest.get(..new_rest.len() - end).unwrap_or_default())
}

//! Facts above declarations and rules. A thread computes them when the editor shows them.

use std::collections::HashMap;
use std::sync::mpsc;
use std::thread;

use gen_lsp_types as lsp;
use lsp_server::RequestId;
use policy_core::ValidPolicy;
use policy_core::source::{FileId, Origin};
use policy_ide::{Lens, LensQuestion, lenses, reached_by, tested};
use serde_json::{Value, json};

use super::outbox::{Outbox, answer};
use super::project::Project;
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

/// Returns the text that a place belongs to.
pub(super) fn uri(lens: &lsp::CodeLens) -> Option<lsp::Uri> {
    Some(lens.data.as_ref()?.get("uri")?.as_str()?.into())
}

/// A place whose fact is wanted.
pub(super) struct Question {
    pub(super) id: RequestId,
    pub(super) lens: lsp::CodeLens,
    /// The policy now. It may have changed since the editor asked for the places.
    pub(super) project: Project,
}

/// Starts the thread, which answers all questions that it receives.
pub(super) fn start(outbox: Outbox) -> mpsc::Sender<Question> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut known: Option<Known> = None;
        for Question { id, lens, project } in receiver {
            let is_known = known.as_ref().is_some_and(|known| known.project.is_same(&project));
            if !is_known {
                known = Some(Known::new(project));
            }
            let title = known.as_mut().and_then(|known| known.answer(lens.data.as_ref()?));
            let title = title.unwrap_or_else(|| "unknown while the policy has errors".to_owned());
            let command = lsp::Command { title, command: String::new(), ..lsp::Command::default() };
            outbox.answer(&id, answer(lsp::CodeLens { command: Some(command), ..lens }));
        }
    });
    sender
}

/// A policy, with the facts that take long.
struct Known {
    project: Project,
    policy: Option<ValidPolicy>,
    tested: Option<HashMap<Origin, &'static str>>,
}

impl Known {
    fn new(project: Project) -> Known {
        let policy = project.read(project.policy.text().to_owned()).validate().ok();
        Known { project, policy, tested: None }
    }

    fn answer(&mut self, data: &Value) -> Option<String> {
        let policy = self.policy.as_ref()?;
        if let Some(name) = data.get("reachedBy").and_then(Value::as_str) {
            return reached_by(policy, name);
        }
        let number = |index: usize| u32::try_from(data.get("rule")?.get(index)?.as_u64()?).ok();
        let rule = Origin::new(number(0)?, number(1)?);
        let tested = self.tested.get_or_insert_with(|| tested(policy));
        tested.get(&rule).map(|said| (*said).to_owned())
    }
}

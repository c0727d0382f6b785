//! The thread that computes what takes long, when the editor shows it or the user chooses it.

use std::collections::HashMap;
use std::sync::mpsc;
use std::thread;

use gen_lsp_types as lsp;
use lsp_server::RequestId;
use policy_core::ValidPolicy;
use policy_core::source::Origin;
use policy_ide::{reached_by, tested};
use serde_json::Value;

use super::outbox::{Outbox, answer};
use super::positions::Encoding;
use super::project::Project;
use super::request_error::RequestError;
use super::rewrites;

/// A question that takes time.
pub(super) struct Question {
    pub(super) id: RequestId,
    pub(super) asked: Asked,
    /// The policy now. It may have changed since the editor got what it asks about.
    pub(super) project: Project,
    pub(super) encoding: Encoding,
}

/// What is to be completed.
pub(super) enum Asked {
    /// A place whose fact is wanted.
    Lens(lsp::CodeLens),
    /// A change whose edit is wanted.
    Rewrite(Box<lsp::CodeAction>),
}

impl Asked {
    /// Reads the parameters of `codeLens/resolve` or `codeAction/resolve`.
    pub(super) fn read(method: &str, params: Value) -> Option<Asked> {
        match method {
            "codeLens/resolve" => serde_json::from_value(params).ok().map(Asked::Lens),
            _ => serde_json::from_value(params).ok().map(|offer| Asked::Rewrite(Box::new(offer))),
        }
    }

    /// Returns the text that it belongs to.
    pub(super) fn uri(&self) -> Option<lsp::Uri> {
        let data = match self {
            Asked::Lens(lens) => lens.data.as_ref(),
            Asked::Rewrite(rewrite) => rewrite.data.as_ref(),
        };
        Some(data?.get("uri")?.as_str()?.into())
    }
}

/// Starts the thread, which answers all questions that it receives.
pub(super) fn start(outbox: Outbox) -> mpsc::Sender<Question> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut known: Option<Known> = None;
        for Question { id, asked, project, encoding } in receiver {
            let is_known = known.as_ref().is_some_and(|known| known.project.is_same(&project));
            if !is_known {
                known = Some(Known::new(project));
            }
            let Some(known) = &mut known else { continue };
            let result = match asked {
                Asked::Lens(lens) => {
                    let title = lens.data.as_ref().and_then(|data| known.answer(data));
                    let title = title.unwrap_or_else(|| "unknown while the policy has errors".to_owned());
                    let command = lsp::Command { title, command: String::new(), ..lsp::Command::default() };
                    answer(lsp::CodeLens { command: Some(command), ..lens })
                }
                Asked::Rewrite(offer) => {
                    match rewrites::resolve(*offer, &known.project, encoding, known.policy.as_ref()) {
                        Ok(rewrite) => answer(rewrite),
                        Err(reason) => Err(RequestError::new(reason)),
                    }
                }
            };
            outbox.answer(&id, result);
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

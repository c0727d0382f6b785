//! The JSON of an answer.

use policy_core::hujson::{Document, Kind, NodeId};

use super::api_error::{ApiError, ApiErrorKind};
use crate::transport::Response;

/// The JSON of an answer.
pub(super) struct Answer(Document);

impl Answer {
    /// Reads the body of a response. Returns `None` if it is not JSON.
    pub(super) fn read(response: &Response) -> Option<Answer> {
        Answer::parse(std::str::from_utf8(&response.body).ok()?)
    }

    /// Like [`Answer::read`], for calls whose answer has to be an object.
    pub(super) fn object(response: &Response) -> Result<Answer, ApiError> {
        let answer = Answer::read(response).filter(|answer| answer.kind(answer.root()) == Kind::Object);
        answer.ok_or_else(|| {
            let message = "the server's answer is not a JSON object";
            ApiError::new(ApiErrorKind::NotUnderstood, message).request_of(response)
        })
    }

    pub(super) fn parse(text: &str) -> Option<Answer> {
        Document::parse(text).ok().filter(Document::is_standard).map(Answer)
    }

    pub(super) fn root(&self) -> NodeId {
        self.0.root()
    }

    pub(super) fn kind(&self, id: NodeId) -> Kind {
        self.0.kind(id)
    }

    /// Returns whether it is an object without members.
    pub(super) fn is_empty_object(&self) -> bool {
        self.kind(self.root()) == Kind::Object && self.0.members(self.root()).next().is_none()
    }

    /// Returns the value of an object's key. `null` counts as missing.
    pub(super) fn value(&self, object: NodeId, key: &str) -> Option<NodeId> {
        let mut members = self.0.members(object);
        let (_, value) = members.find(|&(name, _)| self.0.string(name).is_some_and(|name| *name == *key))?;
        (self.kind(value) != Kind::Null).then_some(value)
    }

    /// Returns the items of a list that is the value of an object's key.
    pub(super) fn items(&self, object: NodeId, key: &str) -> Option<Vec<NodeId>> {
        let list = self.value(object, key)?;
        (self.kind(list) == Kind::Array).then(|| self.0.elements(list).collect())
    }

    /// Returns the text that is the value of an object's key.
    pub(super) fn text(&self, object: NodeId, key: &str) -> Option<String> {
        self.string(self.value(object, key)?)
    }

    pub(super) fn string(&self, id: NodeId) -> Option<String> {
        self.0.string(id).map(|text| text.as_str().to_owned())
    }

    pub(super) fn number(&self, object: NodeId, key: &str) -> Option<u64> {
        self.source(self.value(object, key)?).parse().ok()
    }

    pub(super) fn flag(&self, object: NodeId, key: &str) -> Option<bool> {
        if let Kind::Bool(flag) = self.kind(self.value(object, key)?) { Some(flag) } else { None }
    }

    /// Returns the text of a value, as served.
    pub(super) fn source(&self, id: NodeId) -> &str {
        self.0.source(id)
    }
}

/// Returns the server's reason in an answer that refuses something: Tailscale's `message`, headscale's `message` or
/// `detail` with its `errors`, or OAuth's `error`. Lists of users are left out, because logs may be public.
pub(super) fn reason(response: &Response) -> Option<String> {
    let answer = Answer::read(response)?;
    let root = answer.root();
    let texts = ["message", "detail", "error_description", "error", "title"];
    let main = texts.iter().find_map(|key| answer.text(root, key)).filter(|text| !text.trim().is_empty());
    let errors = answer.items(root, "errors").unwrap_or_default().into_iter();
    let more = errors.filter_map(|error| answer.text(error, "message")).filter(|more| main.as_ref() != Some(more));
    let all: Vec<String> = main.clone().into_iter().chain(more).collect();
    (!all.is_empty()).then(|| all.join(": "))
}

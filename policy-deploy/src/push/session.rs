//! The requests of one push.

use std::time::Duration;

use crate::api::{ApiError, Client, PolicyVersion, Revision, Verdict, WriteError, Written};

/// Waits for some time. Tests do not wait.
pub type Wait<'a> = &'a mut dyn FnMut(Duration);

/// The requests of one push, and the server's names for them.
#[derive(Debug)]
pub struct Session<'a> {
    client: &'a Client,
    request_ids: Vec<String>,
}

impl<'a> Session<'a> {
    /// Starts without requests.
    pub fn new(client: &'a Client) -> Session<'a> {
        Session { client, request_ids: Vec::new() }
    }

    /// Returns the server's names for the requests so far, the first one first.
    pub fn into_request_ids(self) -> Vec<String> {
        self.request_ids
    }

    pub(super) fn read(&mut self) -> Result<PolicyVersion, ApiError> {
        let answer = self.client.read_policy();
        self.remember(match &answer {
            Ok(version) => version.request_id.as_ref(),
            Err(error) => error.request_id.as_ref(),
        });
        answer
    }

    pub(super) fn write(&mut self, text: &str, expected: &Revision) -> Result<Written, WriteError> {
        let answer = self.client.write_policy(text, expected);
        self.remember(match &answer {
            Ok(written) => written.request_id.as_ref(),
            Err(WriteError::Conflict(error) | WriteError::Refused(error) | WriteError::Unknown(error)) => {
                error.request_id.as_ref()
            }
        });
        answer
    }

    /// Asks whether the server would accept a policy.
    pub(super) fn validate(&mut self, text: &str) -> Result<Verdict, ApiError> {
        let answer = self.client.validate(text);
        if let Err(error) = &answer {
            self.remember(error.request_id.as_ref());
        }
        answer
    }

    fn remember(&mut self, request_id: Option<&String>) {
        self.request_ids.extend(request_id.cloned());
    }
}

//! One call of an API, and what is said if the server refuses it.

use super::answer::reason;
use super::api_error::{ApiError, ApiErrorKind};
use super::server_words::quoted;
use crate::base_url::host_of;
use crate::transport::{Method, Request, Response};

/// The scopes with which a credential may read the policy. Tailscale wants the last two with it.
const READ: &[&str] = &["policy_file:read", "devices:core:read", "devices:posture_attributes:read"];
const WRITE: &[&str] = &["policy_file", "devices:core:read", "devices:posture_attributes:read"];

/// A call of an API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Call {
    ReadPolicy,
    WritePolicy,
    Validate,
    Preview,
    Devices,
    Users,
    Services,
    Attributes,
    Settings,
    AuditLog,
    Token,
}

impl Call {
    /// Returns the call in words, after "the server refuses to".
    pub(super) fn action(self) -> &'static str {
        match self {
            Call::ReadPolicy => "show the policy",
            Call::WritePolicy => "store the policy",
            Call::Validate => "validate the policy",
            Call::Preview => "preview the policy",
            Call::Devices => "list the devices",
            Call::Users => "list the users",
            Call::Services => "list the services",
            Call::Attributes => "list the attributes of a device",
            Call::Settings => "show the settings of the tailnet",
            Call::AuditLog => "show the configuration audit log",
            Call::Token => "issue an access token",
        }
    }

    /// Returns the scopes that a credential needs for it.
    pub(super) fn scopes(self) -> &'static [&'static str] {
        match self {
            Call::ReadPolicy | Call::Validate | Call::Preview => READ,
            Call::WritePolicy => WRITE,
            Call::Devices => &["devices:core:read"],
            Call::Users => &["users:read"],
            Call::Services => &["services:read"],
            Call::Attributes => &["devices:posture_attributes:read"],
            Call::Settings => &["policy_file:read"],
            Call::AuditLog => &["logs:configuration:read"],
            Call::Token => &[],
        }
    }

    /// Returns whether the request may be sent again. A write is never repeated: the first one may have arrived.
    pub(super) fn is_repeatable(self) -> bool {
        match self {
            Call::WritePolicy => false,
            Call::ReadPolicy
            | Call::Validate
            | Call::Preview
            | Call::Devices
            | Call::Users
            | Call::Services
            | Call::Attributes
            | Call::Settings
            | Call::AuditLog
            | Call::Token => true,
        }
    }

    /// Returns the answer if its status is 2xx, and otherwise what the server refuses.
    pub(super) fn accepted(self, request: &Request, response: Response) -> Result<Response, ApiError> {
        if response.is_success() { Ok(response) } else { Err(self.refusal(request, &response)) }
    }

    /// Returns the error for an answer whose status is not 2xx.
    pub(super) fn refusal(self, request: &Request, response: &Response) -> ApiError {
        let (status, action) = (response.status, self.action());
        let host = host_of(&request.url);
        let words = match reason(response) {
            Some(reason) => format!(": {} (status {status})", quoted(&reason)),
            None if is_page(response) => format!(": status {status}, with a web page in place of an answer"),
            None => format!(": status {status}"),
        };
        let scopes = self.scopes().join(" ");
        let (message, help) = match status {
            300..=399 => {
                let target = response.header("Location").map_or_else(|| "another address".to_owned(), quoted);
                let message = format!("`{host}` redirects to {target}, and redirects are not followed");
                let help = "if that is the right server, write its address as the API's. A redirect would also get \
                            the token";
                (message, Some(help.to_owned()))
            }
            401 => {
                let help = "the token is wrong, has expired, or is for another server: set the variable of the \
                            credential to a valid one";
                (format!("the server does not accept the credential{words}"), Some(help.to_owned()))
            }
            402 => (format!("the tailnet's plan does not allow to {action}{words}"), None),
            403 if !scopes.is_empty() => {
                let message = format!("the credential is not allowed to {action}{words}");
                let help = format!(
                    "create a credential with these scopes: {scopes}. Its scopes cannot change after a token is issued"
                );
                (message, Some(help))
            }
            404 => {
                let message = format!("`{host}` has no such tailnet, or the credential may not see it{words}");
                let help = "leave out the tailnet to use the credential's own, and check the address of the API. A \
                            new credential may need some minutes";
                (message, Some(help.to_owned()))
            }
            412 => ("the stored policy has changed since it was read".to_owned(), None),
            429 => (format!("the server gets too many requests{words}"), Some("try again in a minute".to_owned())),
            500.. => (format!("the server failed to {action}{words}"), is_page(response).then(|| check_address(host))),
            _ if is_file_mode(response) => {
                (format!("the server refuses to {action}{words}"), Some(DATABASE_MODE.to_owned()))
            }
            _ => {
                let help = is_page(response).then(|| check_address(host));
                (format!("the server refuses to {action}{words}"), help)
            }
        };
        let help = if is_file_mode(response) { Some(DATABASE_MODE.to_owned()) } else { help };
        ApiError { help, ..ApiError::new(ApiErrorKind::Status(status), message) }.request_of(response)
    }

    /// Creates a request that reads JSON.
    pub(super) fn get(url: String) -> Request {
        Request::new(Method::Get, url).header("Accept", "application/json")
    }
}

const DATABASE_MODE: &str = "set `policy.mode: database` in headscale's configuration, and restart it";

/// Returns whether headscale refuses a write because its policy is in a file.
pub(super) fn is_file_mode(response: &Response) -> bool {
    let is_mode =
        |reason: String| reason.contains("update is disabled for modes other than") || reason.contains("mode is file");
    !response.is_success() && reason(response).is_some_and(is_mode)
}

fn check_address(host: &str) -> String {
    format!("check that `{host}` is the host of the API, and not a proxy or a page to log in")
}

/// Returns whether the answer is a web page, as proxies send it.
pub(super) fn is_page(response: &Response) -> bool {
    let body = response.body.trim_ascii_start();
    response.header("Content-Type").is_some_and(|kind| kind.to_ascii_lowercase().contains("text/html"))
        || body.get(..1).is_some_and(|start| start == b"<")
}

use lsp_server::ErrorCode;

/// The failure of a request.
pub(super) struct RequestError {
    pub(super) code: ErrorCode,
    pub(super) message: String,
}

impl RequestError {
    /// Makes the failure of a request that cannot be done, and the reason.
    pub(super) fn new(message: impl Into<String>) -> Self {
        RequestError { code: ErrorCode::RequestFailed, message: message.into() }
    }
}

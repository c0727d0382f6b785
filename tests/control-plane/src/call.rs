//! The calls of the APIs.

use crate::flavour::Flavour;
use crate::http::Request;

/// A call, whatever its path is in an API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Call {
    /// Reads the policy.
    ReadPolicy,
    /// Replaces the policy.
    WritePolicy,
    /// Asks for a verdict on a policy, without storing it.
    Validate,
    /// Asks which rules of a policy match a user or an address.
    Preview,
    /// Exchanges the secret of an OAuth client for a token.
    Token,
    /// Exchanges a JWT for a token.
    ExchangeToken,
    /// Reads the configuration audit log.
    AuditLog,
    /// Lists the devices.
    Devices,
    /// Reads the posture attributes of a device.
    Attributes,
    /// Replaces the tags of a device.
    SetTags,
    /// Creates an auth key.
    CreateKey,
    /// Lists the users.
    Users,
    /// Lists the services.
    Services,
    /// Reads the settings.
    Settings,
    /// Changes settings.
    ChangeSettings,
}

impl Call {
    /// Returns the scopes of which a token needs one.
    pub(crate) fn scopes(self) -> &'static [&'static str] {
        match self {
            Call::ReadPolicy | Call::Validate | Call::Preview => &["policy_file:read", "policy_file"],
            Call::WritePolicy | Call::ChangeSettings => &["policy_file"],
            Call::AuditLog => &["logs:configuration:read", "logs:configuration"],
            Call::Devices => &["devices:core:read", "devices:core"],
            Call::Attributes => &["devices:posture_attributes:read", "devices:posture_attributes"],
            Call::SetTags => &["devices:core"],
            Call::CreateKey => &["auth_keys"],
            Call::Users => &["users:read", "users"],
            Call::Services => &["services:read", "services"],
            Call::Settings => &["policy_file:read", "policy_file", "feature_settings:read", "feature_settings"],
            Call::Token | Call::ExchangeToken => &[],
        }
    }
}

/// A version of an API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Api {
    /// headscale's own.
    V1,
    /// Tailscale's, which headscale 0.30 has, too.
    V2,
}

/// The parts of a request's path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Route<'r> {
    pub(crate) api: Api,
    pub(crate) call: Call,
    /// The tailnet, or the device of [`Call::Attributes`] and [`Call::SetTags`]. It is encoded.
    pub(crate) subject: &'r str,
}

/// Returns the route of a request, or `None` if the server does not have the path.
pub(crate) fn route(flavour: Flavour, request: &Request) -> Option<Route<'_>> {
    let path = request.path().strip_prefix("/api/")?;
    let segments: Vec<&str> = path.split('/').collect();
    let method = request.method.as_str();
    let (call, subject) = match (method, segments.as_slice()) {
        (_, ["v2", ..]) if flavour == Flavour::Headscale029 => return None,
        (_, ["v1", ..]) if flavour == Flavour::Tailscale => return None,
        ("POST", ["v2", "oauth", "token"]) => (Call::Token, ""),
        ("GET", ["v1", "policy"]) => (Call::ReadPolicy, ""),
        ("PUT", ["v1", "policy"]) => (Call::WritePolicy, ""),
        ("POST", ["v1", "policy", "check"]) => (Call::Validate, ""),
        ("GET", ["v1", "node"]) => (Call::Devices, ""),
        ("GET", ["v1", "user"]) => (Call::Users, ""),
        ("GET" | "HEAD", ["v2", "tailnet", tailnet, "acl"]) => (Call::ReadPolicy, *tailnet),
        ("POST", ["v2", "tailnet", tailnet, "acl"]) => (Call::WritePolicy, *tailnet),
        ("GET", ["v2", "tailnet", tailnet, "devices"]) => (Call::Devices, *tailnet),
        ("GET", ["v2", "tailnet", tailnet, "users"]) => (Call::Users, *tailnet),
        ("GET", ["v2", "tailnet", tailnet, "settings"]) => (Call::Settings, *tailnet),
        ("PATCH", ["v2", "tailnet", tailnet, "settings"]) => (Call::ChangeSettings, *tailnet),
        _ if flavour != Flavour::Tailscale => return None,
        ("POST", ["v2", "oauth", "token-exchange"]) => (Call::ExchangeToken, ""),
        ("POST", ["v2", "tailnet", tailnet, "acl", "validate"]) => (Call::Validate, *tailnet),
        ("POST", ["v2", "tailnet", tailnet, "acl", "preview"]) => (Call::Preview, *tailnet),
        ("GET", ["v2", "tailnet", tailnet, "logging", "configuration"]) => (Call::AuditLog, *tailnet),
        ("GET", ["v2", "tailnet", tailnet, "services" | "vip-services"]) => (Call::Services, *tailnet),
        ("POST", ["v2", "tailnet", tailnet, "keys"]) => (Call::CreateKey, *tailnet),
        ("POST", ["v2", "device", device, "tags"]) => (Call::SetTags, *device),
        ("GET", ["v2", "device", device, "attributes"]) => (Call::Attributes, *device),
        _ => return None,
    };
    let api = if segments.first() == Some(&"v1") { Api::V1 } else { Api::V2 };
    Some(Route { api, call, subject })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_server_has_its_own_paths() {
        let is_there = |method: &str, path: &str| {
            let request = Request::new(method, path);
            Flavour::ALL.map(|flavour| route(flavour, &request).is_some())
        };
        for (method, path, expected) in [
            ("GET", "/api/v2/tailnet/-/acl?details=true", [true, true, false]),
            ("POST", "/api/v2/tailnet/example.com/acl", [true, true, false]),
            ("POST", "/api/v2/tailnet/-/acl/validate", [true, false, false]),
            ("POST", "/api/v2/tailnet/-/acl/preview?type=user&previewFor=a", [true, false, false]),
            ("POST", "/api/v2/oauth/token", [true, true, false]),
            ("POST", "/api/v2/oauth/token-exchange", [true, false, false]),
            ("GET", "/api/v1/policy", [false, true, true]),
            ("PUT", "/api/v1/policy", [false, true, true]),
            ("POST", "/api/v1/policy/check", [false, true, true]),
            ("DELETE", "/api/v2/tailnet/-/acl", [false, false, false]),
            ("GET", "/api/v2/tailnet//acl/x", [false, false, false]),
            ("GET", "/", [false, false, false]),
        ] {
            assert_eq!(is_there(method, path), expected, "{method} {path}");
        }
    }
}

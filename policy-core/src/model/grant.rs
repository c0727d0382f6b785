use serde_json::Value;

use super::{List, Origin, PortRange, Protocol, Selector, Text};

/// An entry of `grants`.
#[derive(Clone, Debug, Default)]
pub struct Grant {
    /// `src`
    pub src: List<Selector>,
    /// `dst`
    pub dst: List<Selector>,
    /// `ip`: which protocols and ports.
    pub ip: List<PortSpec>,
    /// `app`: which application capabilities. `None` where the field is absent.
    pub app: Option<App>,
    /// `srcPosture`
    pub src_posture: List<Selector>,
    /// `via`: the routers that may carry it.
    pub via: List<Selector>,
    /// The whole entry.
    pub origin: Origin,
}

/// An item of a grant's `ip`, as `tcp:443` or `*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortSpec {
    /// As written.
    pub text: Text,
    /// `None` stands for the client's default set: TCP, UDP, ICMP and ICMPv6.
    pub protocol: Option<Protocol>,
    /// The ports.
    pub ports: PortRange,
}

/// The `app` of a grant or a node attribute.
#[derive(Clone, Debug, Default)]
pub struct App {
    /// Its members, in order.
    pub capabilities: Vec<Capability>,
    /// The whole object.
    pub origin: Origin,
}

/// A member of `app`: a capability and the values it is granted with.
#[derive(Clone, Debug)]
pub struct Capability {
    /// As in `tailscale.com/cap/drive`.
    pub name: Text,
    /// Opaque to Tailscale.
    pub values: Vec<Value>,
    /// Name and values.
    pub origin: Origin,
}

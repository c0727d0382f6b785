use serde_json::{Map, Value};

use super::{List, Origin, Protocol, Selector, Text};

/// An entry of `tests`.
#[derive(Clone, Debug, Default)]
pub struct Test {
    /// `src`, or `user` in old files.
    pub src: Option<Selector>,
    /// `proto`
    pub proto: Option<Protocol>,
    /// `accept`, or `allow` in old files: must be reachable.
    pub accept: List<Target>,
    /// `deny`: must not be reachable.
    pub deny: List<Target>,
    /// `srcPostureAttrs`: the imagined posture of the source.
    pub src_posture_attrs: Map<String, Value>,
    /// The whole entry.
    pub origin: Origin,
}

/// What a test probes, as `tag:web:443`: one host on one port.
#[derive(Clone, Debug)]
pub struct Target {
    /// As written.
    pub text: Text,
    /// What stands before the last colon.
    pub host: Selector,
    /// What stands after it; `None` if that is no single port.
    pub port: Option<u16>,
}

/// An entry of `sshTests`.
#[derive(Clone, Debug, Default)]
pub struct SshTest {
    /// `src`
    pub src: Option<Selector>,
    /// `dst`
    pub dst: List<Selector>,
    /// `accept`: accounts that must let the source in.
    pub accept: List<Text>,
    /// `check`: accounts that must let it in after a check.
    pub check: List<Text>,
    /// `deny`: accounts that must not let it in.
    pub deny: List<Text>,
    /// `srcPostureAttrs`: the imagined posture of the source.
    pub src_posture_attrs: Map<String, Value>,
    /// The whole entry.
    pub origin: Origin,
}

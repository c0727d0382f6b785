use super::{Duration, List, Origin, Selector, Text};

/// An entry of `ssh`.
#[derive(Clone, Debug, Default)]
pub struct SshRule {
    /// `action`; `None` if it is missing or no action.
    pub action: Option<Action>,
    /// `src`
    pub src: List<Selector>,
    /// `dst`
    pub dst: List<Selector>,
    /// `users`: accounts on the machine. Tailscale takes nearly any text as an account's name.
    pub users: List<Text>,
    /// `checkPeriod`
    pub check_period: Option<CheckPeriod>,
    /// `acceptEnv`: patterns of environment variables.
    pub accept_env: List<Text>,
    /// `srcPosture`
    pub src_posture: List<Selector>,
    /// `recorder`
    pub recorder: List<Selector>,
    /// `enforceRecorder`
    pub enforce_recorder: bool,
    /// The whole entry.
    pub origin: Origin,
}

/// What an SSH rule does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Lets in.
    Accept,
    /// Lets in whoever has proved who they are within the check period.
    Check,
}

/// How long a proof of identity lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckPeriod {
    /// Not beyond the connection.
    Always,
    /// This long.
    For(Duration),
}

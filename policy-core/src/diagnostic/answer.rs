/// headscale's own message about a mistake, and the stage at which headscale reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct HeadscaleAnswer {
    /// The stage.
    pub stage: HeadscaleStage,
    /// The message, without the position that headscale puts before it. `None` if the position is
    /// the whole message.
    pub text: Option<String>,
}

/// A stage in headscale's processing of a policy. A mistake in one stage prevents the later stages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum HeadscaleStage {
    /// headscale reads the text, up to the first mistake.
    Reading,
    /// headscale looks for mistakes in everything that it read.
    Checking,
    /// headscale looks up the users.
    Resolving,
    /// headscale runs the policy's tests.
    Testing,
    /// headscale compiles the filters and attributes of the devices.
    Compiling,
}

/// headscale's own message about a mistake, and when headscale gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct HeadscaleAnswer {
    /// When it is given.
    pub stage: HeadscaleStage,
    /// The message, without what headscale puts before it to say where it was reading. `None` if there is no more to it
    /// than that.
    pub text: Option<String>,
}

/// A step of headscale's on the way from a text to filters. No step follows one that finds a mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum HeadscaleStage {
    /// It reads the text, up to the first mistake.
    Reading,
    /// It looks for mistakes in all of what it read.
    Checking,
    /// It looks up the users.
    Resolving,
    /// It runs the policy's tests.
    Testing,
    /// It makes the filters and attributes of the devices.
    Compiling,
}

/// An error for a word that is not a name of its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownName {
    kind: &'static str,
    name: String,
}

impl UnknownName {
    /// Makes the error that no `kind` is called `name`.
    pub(crate) fn new(kind: &'static str, name: &str) -> UnknownName {
        UnknownName { kind, name: name.to_owned() }
    }
}

impl std::fmt::Display for UnknownName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "unknown {} `{}`", self.kind, self.name)
    }
}

impl std::error::Error for UnknownName {}

//! Captures of Tailscale's control plane: a policy, the tailnet that it was sent to, and the
//! answer.

use std::fs;
use std::path::{Path, PathBuf};

use policy_test_support::require;
use serde_json::{Value, json};

/// Returns the folder of captures beside the repository, if it exists.
pub(crate) fn known_captures() -> Option<PathBuf> {
    require::shared("conformance/given")
}

/// Returns every case in the folder that `POLICY_CONFORMANCE` names, or in the captures beside the
/// repository.
pub(crate) fn cases() -> Vec<Case> {
    let Some(named) = std::env::var_os("POLICY_CONFORMANCE") else {
        return known_captures().map(|folder| cases_in(&folder)).unwrap_or_default();
    };
    let given = Path::new(&named).join("given");
    cases_in(if given.is_dir() { &given } else { Path::new(&named) })
}

/// Returns every case in the files of a directory.
pub(crate) fn cases_in(directory: &Path) -> Vec<Case> {
    let entries = fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    let mut cases = Vec::new();
    for path in paths {
        let file: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let array = file.as_array().unwrap_or_else(|| panic!("{} is not an array", path.display()));
        cases.extend(array.iter().cloned().map(Case));
    }
    assert!(!cases.is_empty(), "{} has no cases", directory.display());
    cases
}

pub(crate) struct Case(pub(crate) Value);

impl Case {
    pub(crate) fn text(&self, field: &str) -> &str {
        self.0[field].as_str().unwrap_or_default()
    }

    /// Returns the policy as it was sent, or as an equal value if its text is not known.
    pub(crate) fn policy(&self) -> String {
        self.0["policy_text"].as_str().map_or_else(|| self.0["policy"].to_string(), str::to_owned)
    }

    pub(crate) fn facts(&self) -> Value {
        json!({"users": self.0["users"], "nodes": self.0["nodes"]})
    }

    pub(crate) fn nodes(&self) -> &[Value] {
        self.0["nodes"].as_array().map_or(&[], Vec::as_slice)
    }

    pub(crate) fn is_rejected(&self) -> bool {
        match self.text("status") {
            "reject" => true,
            "accept" => false,
            other => panic!("{}: `{other}` is not a status", self.text("id")),
        }
    }

    /// Returns whether an oddity of the capture excludes a part of it as evidence.
    pub(crate) fn is_odd(&self, what: &str) -> bool {
        self.quirks().iter().any(|quirk| affected(quirk).any(|affected| affected == what))
    }

    /// Returns the parts that are not compared, with the reasons, one on each line.
    pub(crate) fn oddities(&self) -> Vec<String> {
        let with_effect = self.quirks().iter().filter(|quirk| affected(quirk).next().is_some());
        with_effect
            .map(|quirk| {
                let what: Vec<&str> = affected(quirk).collect();
                let why = quirk["note"].as_str().or(quirk["code"].as_str()).unwrap_or("no reason given");
                format!("{} without {}: {why}", self.text("id"), what.join(", "))
            })
            .collect()
    }

    fn quirks(&self) -> &[Value] {
        self.0["quirks"].as_array().map_or(&[], Vec::as_slice)
    }
}

fn affected(quirk: &Value) -> impl Iterator<Item = &str> {
    quirk["affects"].as_array().into_iter().flatten().filter_map(Value::as_str)
}

use std::path::PathBuf;

use policy_core::model::Dialect;
use serde_json::Value;

/// The options of the server: those of the command line, replaced by those that the editor sends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Settings {
    /// Files of facts about the tailnet.
    pub(crate) facts: Vec<PathBuf>,
    /// The control server that all policies are for.
    pub(crate) target: Option<Dialect>,
    /// The address of docs/diagnostics.md.
    pub(crate) diagnostics_page: Option<String>,
}

impl Settings {
    /// Replaces the options that the editor has set. The editor may put them under `policy`.
    /// Returns what is wrong with them.
    pub(super) fn update(&mut self, sent: &Value) -> Vec<String> {
        let sent = sent.get("policy").unwrap_or(sent);
        let Some(sent) = sent.as_object() else { return Vec::new() };
        let mut problems = Vec::new();
        for (key, value) in sent {
            let problem = match key.as_str() {
                "facts" => self.set_facts(value),
                "target" => self.set_target(value),
                "diagnosticsPage" => {
                    self.diagnostics_page = value.as_str().filter(|page| !page.is_empty()).map(str::to_owned);
                    (!value.is_string() && !value.is_null()).then(|| "it must be a string".to_owned())
                }
                _ => Some("the settings are `facts`, `target` and `diagnosticsPage`".to_owned()),
            };
            problems.extend(problem.map(|problem| format!("invalid setting `{key}`: {problem}")));
        }
        problems
    }

    fn set_facts(&mut self, value: &Value) -> Option<String> {
        let files = match value {
            Value::String(file) => Some(vec![file.as_str()]),
            Value::Array(files) => files.iter().map(Value::as_str).collect(),
            Value::Null => Some(Vec::new()),
            _ => None,
        };
        let Some(files) = files else { return Some("it must be a list of files".to_owned()) };
        self.facts = files.into_iter().filter(|file| !file.is_empty()).map(PathBuf::from).collect();
        None
    }

    fn set_target(&mut self, value: &Value) -> Option<String> {
        match value.as_str() {
            None | Some("") => self.target = None,
            Some(name) => match name.parse() {
                Ok(target) => self.target = Some(target),
                Err(_) => return Some("it must be `tailscale` or `headscale`".to_owned()),
            },
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_editor_replaces_what_it_sets() {
        let mut settings = Settings { facts: vec!["a.json".into()], ..Settings::default() };
        assert_eq!(settings.update(&json!({"policy": {"target": "headscale"}})), [""; 0]);
        assert_eq!((settings.facts.len(), settings.target), (1, Some(Dialect::Headscale)));
        assert_eq!(settings.update(&json!({"facts": ["b.json", "c.json"], "target": null})), [""; 0]);
        assert_eq!((settings.facts.len(), settings.target), (2, None));
        assert_eq!(settings.update(&Value::Null), [""; 0]);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let problems = Settings::default().update(&json!({"target": "dns", "facts": 1, "x": 1, "diagnosticsPage": 2}));
        assert_eq!(
            problems,
            [
                "invalid setting `diagnosticsPage`: it must be a string",
                "invalid setting `facts`: it must be a list of files",
                "invalid setting `target`: it must be `tailscale` or `headscale`",
                "invalid setting `x`: the settings are `facts`, `target` and `diagnosticsPage`",
            ]
        );
    }
}

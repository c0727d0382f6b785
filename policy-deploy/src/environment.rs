//! The environment variables that settings are read from.

use std::fmt;
use std::fs;

use crate::config_error::ConfigError;

/// The prefix of a value that is in a file.
const FILE: &str = "file:";

/// The environment variables of a process, or of a test.
///
/// An empty variable is not set: CI systems make one out of every missing secret. The value `file:PATH` is the text of
/// that file, without the line end at its end.
pub struct Environment<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
}

impl fmt::Debug for Environment<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Environment(…)")
    }
}

/// A variable that is set.
#[derive(Clone)]
pub(crate) struct Variable {
    /// Its name.
    pub(crate) name: &'static str,
    /// Its value, or the text of the file that it names.
    pub(crate) value: String,
}

impl<'a> Environment<'a> {
    /// Creates an environment from a function that returns the value of a variable.
    pub fn new(lookup: &'a dyn Fn(&str) -> Option<String>) -> Environment<'a> {
        Environment { lookup }
    }

    /// Returns the environment of this process.
    pub fn process() -> Environment<'static> {
        Environment { lookup: &|name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()) }
    }

    /// Returns the only variable that is set, of several with the same meaning.
    ///
    /// # Errors
    /// Fails if two of them have different values, or if a file cannot be read.
    pub(crate) fn variable(&self, names: &[&'static str]) -> Result<Option<Variable>, ConfigError> {
        let mut found: Option<Variable> = None;
        for &name in names {
            let Some(value) = self.value(name)? else { continue };
            match &found {
                Some(first) if first.value != value => {
                    let error = format_args!("`{}` and `{name}` mean the same and have different values", first.name);
                    return Err(ConfigError::new(error).help(format_args!("unset `{name}`, or `{}`", first.name)));
                }
                Some(_) => {}
                None => found = Some(Variable { name, value }),
            }
        }
        Ok(found)
    }

    fn value(&self, name: &str) -> Result<Option<String>, ConfigError> {
        let Some(value) = (self.lookup)(name).filter(|value| !value.trim().is_empty()) else { return Ok(None) };
        let Some(path) = value.strip_prefix(FILE) else { return Ok(Some(value.trim().to_owned())) };
        let text = fs::read_to_string(path).map_err(|error| {
            let message = format_args!("cannot read `{path}`, the file of `{name}`: {error}");
            ConfigError::new(message).help(format_args!("set `{name}` to the value itself, or to another file"))
        })?;
        let text = text.trim();
        if text.is_empty() {
            let message = format_args!("`{path}`, the file of `{name}`, is empty");
            return Err(ConfigError::new(message).help(format_args!("write the value to the file, or unset `{name}`")));
        }
        Ok(Some(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_may_be_in_a_file_and_an_empty_one_is_not_set() {
        let folder = std::env::temp_dir().join(format!("policy-environment-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let (full, empty) = (folder.join("full"), folder.join("empty"));
        fs::write(&full, "value of the file\r\n").unwrap();
        fs::write(&empty, "\n").unwrap();
        let (full, empty) = (full.display().to_string(), empty.display().to_string());
        let lookup = |name: &str| {
            Some(match name {
                "EMPTY" => String::new(),
                "BLANK" => " \n".to_owned(),
                "A" | "SAME" => "a".to_owned(),
                "B" => "b".to_owned(),
                "FULL" => format!("file:{full}"),
                "EMPTY_FILE" => format!("file:{empty}"),
                "NO_FILE" => format!("file:{full}.missing"),
                _ => return None,
            })
        };
        let environment = Environment::new(&lookup);
        let value = |names: &[&'static str]| {
            environment.variable(names).map(|variable| variable.map(|variable| (variable.name, variable.value)))
        };
        assert_eq!(value(&["NONE", "EMPTY", "BLANK"]), Ok(None));
        assert_eq!(value(&["EMPTY", "A", "SAME"]), Ok(Some(("A", "a".to_owned()))));
        assert_eq!(value(&["FULL"]), Ok(Some(("FULL", "value of the file".to_owned()))));
        let error = value(&["A", "B"]).unwrap_err();
        assert_eq!(error.message, "`A` and `B` mean the same and have different values");
        assert_eq!(error.help.as_deref(), Some("unset `B`, or `A`"));
        assert!(value(&["EMPTY_FILE"]).unwrap_err().message.ends_with("the file of `EMPTY_FILE`, is empty"));
        assert!(value(&["NO_FILE"]).unwrap_err().message.contains("the file of `NO_FILE`"));
        fs::remove_dir_all(&folder).unwrap();
    }
}

//! The module as JavaScript sees it. See README.md for its types.

#![allow(unsafe_code, reason = "the macro of wasm-bindgen writes unsafe code")]
#![allow(unreachable_pub, reason = "JavaScript reaches everything here, and Rust nothing")]

use std::sync::Once;
use std::time::Duration;

use js_sys::{Array, JSON, Object, Reflect};
use policy_core::json::Value;
use wasm_bindgen::prelude::*;

use crate::run::{self, Options};
use crate::workspace::Workspace;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("types.d.ts");

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(typescript_type = "Files")]
    pub type JsFiles;
    #[wasm_bindgen(typescript_type = "Options")]
    pub type JsOptions;
    #[wasm_bindgen(typescript_type = "RunResult")]
    pub type JsRunResult;
    #[wasm_bindgen(typescript_type = "Completion[]")]
    pub type JsCompletions;
    #[wasm_bindgen(typescript_type = "Hover | null")]
    pub type JsHover;
    #[wasm_bindgen(typescript_type = "Token[]")]
    pub type JsTokens;
    #[wasm_bindgen(typescript_type = "Diagnostics")]
    pub type JsDiagnostics;
}

/// A panic cannot be caught. It becomes an exception with its message.
#[wasm_bindgen(start)]
fn start() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| std::panic::set_hook(Box::new(|panic| wasm_bindgen::throw_str(&panic.to_string()))));
}

/// Returns the version of the program.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// Runs a command line of `policy` on files in memory.
#[wasm_bindgen]
pub fn run(args: Vec<String>, files: JsFiles, options: Option<JsOptions>) -> Result<JsRunResult, JsError> {
    let (files, options) = (read_files(&files)?, read_options(options.as_ref())?);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let (status, output) = run::run(&args, pairs(&files), &options);
    let result = Object::new();
    set(&result, "status", &status.into());
    set(&result, "stdout", &text(output.stdout));
    set(&result, "stderr", &text(output.stderr));
    let written = Object::new();
    for (name, content) in output.files {
        set(&written, &name, &text(content));
    }
    set(&result, "files", &written);
    Ok(JsValue::from(result).unchecked_into())
}

/// Returns the words that can be written at a place of a policy.
#[wasm_bindgen]
pub fn completion(files: JsFiles, name: &str, offset: usize) -> Result<JsCompletions, JsError> {
    answer(&Workspace::with_files(pairs(&read_files(&files)?)).completion(name, offset))
}

/// Explains the word at a place of a policy.
#[wasm_bindgen]
pub fn hover(files: JsFiles, name: &str, offset: usize) -> Result<JsHover, JsError> {
    answer(&Workspace::with_files(pairs(&read_files(&files)?)).hover(name, offset))
}

/// Returns the words of a policy that have a meaning.
#[wasm_bindgen]
pub fn tokens(text: &str) -> Result<JsTokens, JsError> {
    const NAME: &str = "policy.hujson";
    answer(&Workspace::with_files([(NAME, text)]).tokens(NAME))
}

/// Returns the findings about a policy.
#[wasm_bindgen]
pub fn diagnostics(files: JsFiles, name: &str, options: Option<JsOptions>) -> Result<JsDiagnostics, JsError> {
    let (files, facts) = (read_files(&files)?, read_facts(options.as_ref())?);
    let mut workspace = Workspace::with_files(pairs(&files));
    workspace.set_facts(facts);
    answer(&workspace.diagnostics(name, &read_options(options.as_ref())?))
}

/// The texts in an editor. What has been read of them is kept until they change.
#[wasm_bindgen(js_name = Workspace)]
#[derive(Debug, Default)]
pub struct JsWorkspace(Workspace);

#[wasm_bindgen(js_class = Workspace)]
impl JsWorkspace {
    /// Creates a workspace without texts.
    #[wasm_bindgen(constructor)]
    pub fn new() -> JsWorkspace {
        JsWorkspace::default()
    }

    /// Adds a text, or replaces the one with this name.
    pub fn update(&mut self, name: &str, text: String) {
        self.0.update(name, text);
    }

    /// Removes a text.
    pub fn remove(&mut self, name: &str) {
        self.0.remove(name);
    }

    /// Sets which of the texts are facts about the tailnet.
    #[wasm_bindgen(js_name = setFacts)]
    pub fn set_facts(&mut self, names: Vec<String>) {
        self.0.set_facts(names);
    }

    /// Returns the words that can be written at a place of a policy.
    pub fn completion(&self, name: &str, offset: usize) -> Result<JsCompletions, JsError> {
        answer(&self.0.completion(name, offset))
    }

    /// Explains the word at a place of a policy.
    pub fn hover(&self, name: &str, offset: usize) -> Result<JsHover, JsError> {
        answer(&self.0.hover(name, offset))
    }

    /// Returns the words of a policy that have a meaning.
    pub fn tokens(&self, name: &str) -> Result<JsTokens, JsError> {
        answer(&self.0.tokens(name))
    }

    /// Returns the findings about a policy.
    pub fn diagnostics(&self, name: &str, options: Option<JsOptions>) -> Result<JsDiagnostics, JsError> {
        answer(&self.0.diagnostics(name, &read_options(options.as_ref())?))
    }
}

fn clock() -> Duration {
    Duration::try_from_secs_f64(js_sys::Date::now() / 1000.0).unwrap_or_default()
}

fn answer<T: JsCast>(value: &Value) -> Result<T, JsError> {
    let value = JSON::parse(&value.to_string()).map_err(|_| JsError::new("the answer is not JSON"))?;
    Ok(value.unchecked_into())
}

/// Converts an output. JavaScript has no bytes in texts, so what is not UTF-8 is replaced.
fn text(bytes: Vec<u8>) -> JsValue {
    String::from_utf8_lossy(&bytes).into_owned().into()
}

fn set(object: &Object, name: &str, value: &JsValue) {
    // Fails only for objects that refuse new members.
    let _ = Reflect::set(object, &name.into(), value);
}

fn pairs(files: &[(String, String)]) -> impl Iterator<Item = (&str, &str)> {
    files.iter().map(|(name, text)| (name.as_str(), text.as_str()))
}

fn read_files(files: &JsFiles) -> Result<Vec<(String, String)>, JsError> {
    let files: &JsValue = files.as_ref();
    let Some(files) = files.dyn_ref::<Object>() else {
        return Err(JsError::new("`files` is not an object of texts by name"));
    };
    let entry = |entry: JsValue| {
        let entry: Array = entry.unchecked_into();
        let name = entry.get(0).as_string().unwrap_or_default();
        match entry.get(1).as_string() {
            Some(text) => Ok((name, text)),
            None => Err(JsError::new(&format!("the content of the file `{name}` is not a string"))),
        }
    };
    Object::entries(files).iter().map(entry).collect()
}

/// Returns a member of the options. `None` if it is absent.
fn member(options: Option<&JsOptions>, name: &str) -> Option<JsValue> {
    let value = Reflect::get(options?.as_ref(), &name.into()).ok()?;
    (!value.is_undefined() && !value.is_null()).then_some(value)
}

fn read_options(options: Option<&JsOptions>) -> Result<Options, JsError> {
    let text = |name: &str| match member(options, name) {
        None => Ok(None),
        Some(value) => {
            value.as_string().map(Some).ok_or_else(|| JsError::new(&format!("the option `{name}` is not a string")))
        }
    };
    let color = member(options, "color").is_some_and(|color| color.is_truthy());
    Ok(Options { stdin: text("stdin")?.unwrap_or_default(), today: text("today")?, color, clock })
}

fn read_facts(options: Option<&JsOptions>) -> Result<Vec<String>, JsError> {
    let Some(facts) = member(options, "facts") else { return Ok(Vec::new()) };
    let wrong = || JsError::new("the option `facts` is not a list of names of files");
    let facts = facts.dyn_ref::<Array>().ok_or_else(wrong)?;
    facts.iter().map(|name| name.as_string().ok_or_else(wrong)).collect()
}

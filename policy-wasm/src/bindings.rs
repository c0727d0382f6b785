//! The module as JavaScript sees it. See README.md for its types.

#![allow(unsafe_code, reason = "the macro of wasm-bindgen writes unsafe code")]
#![allow(unreachable_pub, reason = "JavaScript reaches everything here, and Rust nothing")]

use std::sync::Once;
use std::time::Duration;

use js_sys::{Array, JSON, Object, Reflect, Uint8Array};
use policy_cli::tool::memory::Colors;
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
    #[wasm_bindgen(typescript_type = "Texts")]
    pub type JsTexts;
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
    let (status, output) =
        run::run(&args, files.iter().map(|(name, content)| (name.as_str(), content.as_slice())), &options);
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
pub fn completion(files: JsTexts, name: &str, offset: usize) -> Result<JsCompletions, JsError> {
    answer(&Workspace::with_files(pairs(&read_texts(&files)?)).completion(name, offset))
}

/// Explains the word at a place of a policy.
#[wasm_bindgen]
pub fn hover(files: JsTexts, name: &str, offset: usize) -> Result<JsHover, JsError> {
    answer(&Workspace::with_files(pairs(&read_texts(&files)?)).hover(name, offset))
}

/// Returns the words of a policy that have a meaning.
#[wasm_bindgen]
pub fn tokens(text: &str) -> Result<JsTokens, JsError> {
    const NAME: &str = "policy.hujson";
    answer(&Workspace::with_files([(NAME, text)]).tokens(NAME))
}

/// Returns the findings about a policy.
#[wasm_bindgen]
pub fn diagnostics(files: JsTexts, name: &str, options: Option<JsOptions>) -> Result<JsDiagnostics, JsError> {
    let (files, facts) = (read_texts(&files)?, read_facts(options.as_ref())?);
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

fn read_files(files: &JsFiles) -> Result<Vec<(String, Vec<u8>)>, JsError> {
    entries(files.as_ref(), "a string or a `Uint8Array`", bytes)
}

fn read_texts(files: &JsTexts) -> Result<Vec<(String, String)>, JsError> {
    entries(files.as_ref(), "a string", |value| value.as_string())
}

/// Returns the files by name. `form` says what `read` understands.
fn entries<T>(files: &JsValue, form: &str, read: impl Fn(&JsValue) -> Option<T>) -> Result<Vec<(String, T)>, JsError> {
    let Some(files) = files.dyn_ref::<Object>() else {
        return Err(JsError::new("`files` is not an object of texts by name"));
    };
    let entry = |entry: JsValue| {
        let entry: Array = entry.unchecked_into();
        let name = entry.get(0).as_string().unwrap_or_default();
        match read(&entry.get(1)) {
            Some(content) => Ok((name, content)),
            None => Err(JsError::new(&format!("the content of the file `{name}` is not {form}"))),
        }
    };
    Object::entries(files).iter().map(entry).collect()
}

/// Returns the bytes of a content: those of an array, or a string in UTF-8.
fn bytes(content: &JsValue) -> Option<Vec<u8>> {
    let array = content.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec);
    array.or_else(|| content.as_string().map(String::into_bytes))
}

/// Returns a member of the options. `None` if it is absent.
fn member(options: Option<&JsOptions>, name: &str) -> Option<JsValue> {
    let value = Reflect::get(options?.as_ref(), &name.into()).ok()?;
    (!value.is_undefined() && !value.is_null()).then_some(value)
}

fn read_options(options: Option<&JsOptions>) -> Result<Options, JsError> {
    let stdin = match member(options, "stdin") {
        None => Vec::new(),
        Some(stdin) => {
            bytes(&stdin).ok_or_else(|| JsError::new("the option `stdin` is not a string or a `Uint8Array`"))?
        }
    };
    let today = match member(options, "today") {
        None => None,
        Some(today) => Some(today.as_string().ok_or_else(|| JsError::new("the option `today` is not a string"))?),
    };
    Ok(Options { stdin, today, colors: read_colors(options), clock })
}

/// Reads `color`: a truth for both streams, or an object with one for each.
fn read_colors(options: Option<&JsOptions>) -> Colors {
    let Some(color) = member(options, "color") else { return Colors::default() };
    let of = |stream: &str| match Reflect::get(&color, &stream.into()) {
        Ok(value) if color.is_object() => value.is_truthy(),
        _ => color.is_truthy(),
    };
    Colors { stdout: of("stdout"), stderr: of("stderr") }
}

fn read_facts(options: Option<&JsOptions>) -> Result<Vec<String>, JsError> {
    let Some(facts) = member(options, "facts") else { return Ok(Vec::new()) };
    let wrong = || JsError::new("the option `facts` is not a list of names of files");
    let facts = facts.dyn_ref::<Array>().ok_or_else(wrong)?;
    facts.iter().map(|name| name.as_string().ok_or_else(wrong)).collect()
}

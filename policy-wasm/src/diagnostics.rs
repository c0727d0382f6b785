//! The findings of `check`, with the places that an editor needs.

use std::str;

use policy_cli::tool::memory::Output;
use policy_core::hujson::Document;
use policy_core::json::{Map, Value, json};

/// Reads what `check --format json` has printed, and adds `from` and `to`: the range in UTF-16 of
/// everything that has a range. `utf16` converts a byte of a file. If there is no answer, `failure`
/// says why.
pub(crate) fn of_output(output: &Output, utf16: &dyn Fn(&str, usize) -> Option<usize>) -> Value {
    let document = str::from_utf8(&output.stdout).ok().and_then(|text| Document::parse(text).ok());
    let answer = document.map(|document| document.value(document.root())).filter(Value::is_object);
    let Some(mut answer) = answer else {
        let failure = String::from_utf8_lossy(&output.stderr);
        return json!({"diagnostics": json!([]), "failure": failure.trim_end()});
    };
    add_places(&mut answer, utf16);
    if let Some(object) = answer.as_object_mut() {
        object.insert("failure".to_owned(), Value::Null);
    }
    answer
}

fn add_places(value: &mut Value, utf16: &dyn Fn(&str, usize) -> Option<usize>) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| add_places(item, utf16)),
        Value::Object(members) => {
            members.values_mut().for_each(|member| add_places(member, utf16));
            if let Some((from, to)) = place(members, utf16) {
                members.insert("from".to_owned(), json!(from));
                members.insert("to".to_owned(), json!(to));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn place(members: &Map, utf16: &dyn Fn(&str, usize) -> Option<usize>) -> Option<(usize, usize)> {
    let file = members.get("file")?.as_str()?;
    let end = |name| {
        let byte = members.get("range")?.get(name)?.get("byte")?.as_u64()?;
        utf16(file, usize::try_from(byte).ok()?)
    };
    Some((end("start")?, end("end")?))
}

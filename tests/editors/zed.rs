use policy_core::Policy;
use policy_test_support::process;
use serde_json::Value;

use crate::{TEXT, project, snippet};

#[test]
fn the_formatter_for_zed_formats() {
    let settings: Value = serde_json::from_str(&snippet("Zed", "json", 0)).unwrap();
    let formatter = &settings["languages"]["JSONC"]["formatter"]["external"];
    let arguments: Vec<&str> =
        formatter["arguments"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
    let project = project("zed");
    let program = project.join("bin").join(formatter["command"].as_str().unwrap());
    let run = process::run_with_stdin(program, &project, &arguments, TEXT);
    assert_eq!(process::successful(run), Policy::parse(TEXT.to_owned()).to_hujson());
}

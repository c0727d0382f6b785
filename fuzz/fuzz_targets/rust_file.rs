//! Rust files with macros to format.
#![no_main]

use libfuzzer_sys::fuzz_target;
use policy_syntax::layout::format_rust;

fuzz_target!(|text: &str| {
    let Ok(once) = format_rust(text) else { return };
    let ink = |text: &str| text.split_whitespace().collect::<String>();
    assert_eq!(ink(&once.text), ink(text), "only white space changes");
    let twice = format_rust(&once.text).expect("what is formatted can be read");
    assert_eq!(twice.text, once.text);
});

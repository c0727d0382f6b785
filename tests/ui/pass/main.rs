//! What is right compiles without a warning, and gives the program what it should.
//!
//! These cases are not run by trybuild. With a case that should pass, it builds and links every case by itself.

mod allowed_warning;
mod capabilities;
mod every_form;
mod except;
mod fragments;
mod headscale;
mod items_of_a_file;
mod lints;
mod loops;
mod many_fragments;

#[test]
fn every_file_is_a_case() {
    let cases = include_str!("main.rs");
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/ui/pass");
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if let Some(case) = name.strip_suffix(".rs").filter(|case| *case != "main") {
            assert!(cases.contains(&format!("\nmod {case};\n")), "`mod {case};` is missing");
        }
    }
}

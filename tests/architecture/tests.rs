//! Tests of the check on crates that are made up.

use std::path::Path;

use crate::graph::{cycles, upward};
use crate::module::Crate;
use crate::resolve::Uses;

/// Returns the uses in a crate with these files, each a path and a text.
fn uses(files: &[(&str, &str)]) -> Uses {
    let read = |path: &Path| {
        let file = files.iter().find(|(name, _)| Path::new(name) == path);
        file.map(|(_, text)| (*text).to_owned())
    };
    Crate::read_with(&read).uses()
}

/// Returns one line for each pair of files: the user, the used file, and the items.
fn lines(files: &[(&str, &str)]) -> Vec<String> {
    let line = |((from, to), items): (&(_, _), &Vec<String>)| -> String {
        let (from, to): (&std::path::PathBuf, &std::path::PathBuf) = (from, to);
        format!("{}: {} of {}", from.display(), items.join(", "), to.display())
    };
    uses(files).iter().map(line).collect()
}

#[test]
fn an_item_is_of_the_file_that_defines_it() {
    let found = lines(&[
        ("lib.rs", "mod a; mod b; pub use a::One as Renamed; use b::*;"),
        ("a/mod.rs", "mod deep; mod other; pub use deep::{One, Two as Three}; pub(crate) use other::*; struct Own;"),
        ("a/deep.rs", "pub struct One; pub enum Two { A } macro_rules! made { () => {} } made!(Made);"),
        ("a/other.rs", "use super::{One, deep::{self, Made}}; pub fn other() { deep::free(); }"),
        ("b.rs", "use crate::a::{self, other}; fn f() { let x = a::Three::A; vec![crate::Renamed] }"),
    ]);
    assert_eq!(
        found,
        [
            "a/mod.rs: One, Two of a/deep.rs",
            "a/other.rs: Made, One, free of a/deep.rs",
            "b.rs: One, Two of a/deep.rs",
            "b.rs: other of a/other.rs",
            "lib.rs: One of a/deep.rs",
        ]
    );
}

#[test]
fn other_crates_tests_and_a_files_own_items_do_not_count() {
    let found = lines(&[
        ("lib.rs", "mod a; mod b;"),
        (
            "a.rs",
            "use std::fmt; use ::b::Thing; use b::Thing as Same; pub enum E { V } fn f() { E::V; ::b::g(); fmt::x() }",
        ),
        ("b.rs", "pub struct Own; mod inner { use super::Own; } #[cfg(test)] mod tests { use crate::a::E; }"),
    ]);
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn imports_in_functions_count() {
    let found = lines(&[
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "fn f<'a>() -> impl Fn() + use<'a> { use crate::b::{Kind::*, g}; g() }"),
        ("b.rs", "pub enum Kind { V } pub fn g() {}"),
    ]);
    assert_eq!(found, ["a.rs: g of b.rs"]);
}

#[test]
fn a_cycle_is_reported_with_its_files_and_items() {
    let files = [
        ("lib.rs", "mod a; mod b; mod c;"),
        ("a.rs", "use crate::b::B; pub struct A;"),
        ("b.rs", "use crate::c::C; pub struct B;"),
        ("c.rs", "fn f() { crate::a::A } pub struct C;"),
    ];
    let report = "a, b, c use each other:\n  a.rs uses B of b.rs\n  b.rs uses C of c.rs\n  c.rs uses A of a.rs";
    assert_eq!(cycles(&uses(&files)), [report]);
    assert_eq!(cycles(&uses(&[&files[..3], &[("c.rs", "pub struct C;")]].concat())), [""; 0]);
}

#[test]
fn folders_use_each_other_through_different_files() {
    let found = cycles(&uses(&[
        ("lib.rs", "mod x;"),
        ("x/mod.rs", "mod a; mod b;"),
        ("x/a/mod.rs", "mod one; mod two;"),
        ("x/a/one.rs", "use crate::x::b::three::Three;"),
        ("x/a/two.rs", "pub struct Two;"),
        ("x/b/mod.rs", "pub mod three; mod four;"),
        ("x/b/three.rs", "pub struct Three;"),
        ("x/b/four.rs", "use super::super::a::two::Two;"),
    ]));
    let report = "x/a, x/b use each other:\n  \
                  x/a/one.rs uses Three of x/b/three.rs\n  x/b/four.rs uses Two of x/a/two.rs";
    assert_eq!(found, [report]);
}

#[test]
fn a_mod_file_and_the_files_below_it_may_use_each_other() {
    let found = cycles(&uses(&[
        ("lib.rs", "mod a; pub struct Root; use a::Shared;"),
        ("a/mod.rs", "mod part; pub struct Shared; fn f() { part::run() }"),
        ("a/part.rs", "use super::Shared; use crate::Root; pub fn run() {}"),
    ]));
    assert_eq!(found, [""; 0]);
}

#[test]
fn an_arrow_upwards_is_reported_also_where_a_file_between_is_not_listed() {
    let files = [
        ("lib.rs", "mod low; mod high; mod between;"),
        ("low/mod.rs", "mod file;"),
        ("low/file.rs", "use crate::high::High;"),
        ("high.rs", "pub struct High;"),
        ("between.rs", "use crate::high::High; pub struct Between;"),
    ];
    let report = "low is listed before high, but low/file.rs uses High of high.rs";
    assert_eq!(upward(&uses(&files), &["low", "high"]), [report]);
    assert_eq!(upward(&uses(&files), &["high", "low"]), [""; 0]);

    let mut through = files;
    through[2].1 = "use crate::between::Between;";
    let report =
        "low is listed before high, but low/file.rs uses Between of between.rs, between.rs uses High of high.rs";
    assert_eq!(upward(&uses(&through), &["low", "high"]), [report]);
}

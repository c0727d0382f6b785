//! Tests that the macro expands any input to Rust items.

use proc_macro2::TokenStream;
use proptest::prelude::*;

use crate::expand;

use super::{section, soup, tokens};

fn assert_items(expansion: TokenStream) {
    let text = expansion.to_string();
    if let Err(error) = syn::parse2::<syn::File>(expansion) {
        panic!("{error}: {text}");
    }
}

#[test]
fn a_policy_expands_to_items() {
    for path in ["blumeops-policy/src/tailnet.rs", "tests/tailnet.rs"] {
        let file = std::fs::read_to_string(format!("{}/../{path}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let inside = file.split_once("policy! {").unwrap().1.rsplit_once('}').unwrap().0;
        assert_items(expand::policy(tokens(inside)));
    }
}

#[test]
fn files_and_fragments_expand_to_items() {
    for arguments in ["", "\"missing.hujson\"", "\"../tests/ui/pass/items_of_a_file.hujson\""] {
        assert_items(expand::policy_file(tokens(arguments)));
    }
    for fragment in
        ["", "pub forge only grants { grants { a -> b on 1; } }", "forge { ) }".trim_end_matches(") }"), "forge {}"]
    {
        if let Ok(fragment) = fragment.parse() {
            assert_items(expand::policy_fragment(fragment));
        }
    }
    let many: String = (0..70).map(|number| format!("use crate::f{number}::f; ")).collect();
    assert_items(expand::policy(tokens(&many)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn any_tokens_expand_to_items(text in prop_oneof![soup(), prop::collection::vec(section(), 1..4).prop_map(|all| all.join("\n"))]) {
        let Ok(tokens) = text.parse::<TokenStream>() else { return Ok(()) };
        assert_items(expand::policy(tokens));
    }
}

//! Tests that the parser treats the compiler's tokens and those of a text in the same way.

use policy_syntax::token::TokenId;
use policy_syntax::{Positions, RecoveredNames, Source, SourceKind, TokenText, lower, read};
use proc_macro2::{Span, TokenStream};
use proptest::prelude::*;

use crate::span_table::SpanTable;

use super::{section, soup};

/// The positions that rust-analyzer knows: none.
struct UnknownPositions;

impl Positions for UnknownPositions {
    fn are_on_one_line(&self, _: TokenId, _: TokenId) -> bool {
        false
    }

    fn are_apart(&self, _: TokenId, _: TokenId) -> bool {
        false
    }
}

/// Returns the tree and all findings. Tokens appear by number, so places are compared, too.
fn described(tokens: &policy_syntax::token::Tokens) -> String {
    let source = Source { kind: SourceKind::Policy, positions: &UnknownPositions };
    let mut reading = read(tokens, &source, Vec::new());
    let lowered = lower(&reading);
    // A set has no order.
    reading.recovered = RecoveredNames::default();
    format!("{reading:#?}\n{lowered:#?}")
}

/// Returns the results for the compiler's tokens and for the lexer's. `None` if the text is not
/// Rust.
fn both(text: &str) -> Option<(String, String)> {
    let stream: TokenStream = text.parse().ok()?;
    let tokens = SpanTable::default().add(stream, Span::call_site());
    let read = TokenText::new(text);
    assert_eq!(read.errors, [], "{text}");
    Some((described(&tokens), described(&read.tokens)))
}

#[test]
fn a_policy_is_read_the_same() {
    for path in ["blumeops-policy/src/tailnet.rs", "tests/tailnet.rs"] {
        let file = std::fs::read_to_string(format!("{}/../{path}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let inside = file.split_once("policy! {").unwrap().1.rsplit_once('}').unwrap().0;
        let (compiler, text) = both(inside).unwrap();
        assert!(compiler == text, "{path}");
    }
    for text in [
        "/// a\"\\ é\n/** b\n * c */ tagOwners { tag:a; //! d\n tag:b-1e5-2; } /*! e */",
        "x = { \"a\\u{e9}\\n\": -1.5e-3, \"b\": [0.1, r#\"c\"d\"#, b\"e\", 'f', 'g'] }; r#on 'h -> 10.0.0.0/8",
    ] {
        let (compiler, text) = both(text).unwrap();
        assert_eq!(compiler, text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_tokens_are_read_the_same(text in prop_oneof![soup(), prop::collection::vec(section(), 1..4).prop_map(|all| all.join("\n"))]) {
        if let Some((compiler, text)) = both(&text) {
            prop_assert_eq!(compiler, text);
        }
    }
}

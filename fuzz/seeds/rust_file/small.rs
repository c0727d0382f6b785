mod a { policy! { grants { autogroup:member->autogroup:self on *; } } }
policy_fragment! { f { hosts { nas="10.0.0.1"; } } }
fn main() { let s = r#"policy! {"#; /* { */ }

policy_macros::policy! {
    use policy_tests::fragments::registry;
    use policy_tests::fragments::mistaken;
}

fn main() {}

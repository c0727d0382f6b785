policy_macros::policy! {
    lints {
        #[allow(unused_tag, reason = "kept")]
        unused-host = warn;
    }
}

fn main() {}

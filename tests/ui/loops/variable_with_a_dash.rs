policy_macros::policy! {
    grants { for the-svc in [kiwix] { autogroup:member -> svc:$the-svc on 80; } }
}

fn main() {}

#![deny(deprecated)]

policy_macros::policy! {
    grants { for (svc, port) in [(kiwix, 80), (feed, 80)] { autogroup:member -> svc:$svc on 80; } }
}

fn main() {}

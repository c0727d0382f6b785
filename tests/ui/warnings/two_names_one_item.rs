#![deny(deprecated)]

policy_macros::policy! {
    hosts {
        web-1 = "10.0.0.1";
        web_1 = "10.0.0.2";
    }
    grants { autogroup:member -> web-1, web_1 on 443; }
}

fn main() {}

policy_macros::policy! {
    hosts { web = "100.64.0.16"; }
    ssh { check autogroup:member -> web as "root"; }
}

fn main() {}

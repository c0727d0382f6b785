policy_macros::policy! {
    hosts { webserver = "100.64.0.16"; }
    grants { autogroup:member -> webservr on 443; }
}

fn main() {}

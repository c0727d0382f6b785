policy_macros::policy! {
    users { web = "web@example.com"; }
    hosts { web = "10.0.0.1"; }
    grants { web -> web on 443; }
}

fn main() {}

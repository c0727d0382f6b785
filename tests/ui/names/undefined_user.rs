policy_macros::policy! {
    users { allison = "allison@example.com"; }
    tagOwners { tag:web; }
    grants { alison -> tag:web on 443; }
}

fn main() {}

policy_macros::policy! {
    groups { group:eng = "alice@example.com"; }
    tagOwners { tag:web; }
    grants { group:enge -> tag:web on 443; }
}

fn main() {}

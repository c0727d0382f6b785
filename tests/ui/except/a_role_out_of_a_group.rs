policy_macros::policy! {
    users { alice = "alice@example.com"; bob = "bob@example.com"; }
    groups { group:eng = alice, bob; }
    tagOwners { tag:web; }
    grants { group:eng except autogroup:admin -> tag:web on 443; }
}

fn main() {}

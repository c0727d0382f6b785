#![deny(deprecated)]

policy_macros::policy! {
    users { alice = "alice@example.com"; bob = "bob@example.com"; }
    groups { group:eng = alice; group:ops = bob; }
    tagOwners { tag:web; }
    grants { group:eng except bob -> tag:web on 443; group:ops -> tag:web on 443; }
    #[allow(needless_except, reason = "he may come back")]
    grants { group:eng except bob -> tag:web on 22; }
}

fn main() {}

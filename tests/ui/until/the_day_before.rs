#![deny(deprecated)]

policy_macros::policy! {
    users { olga = "olga@example.com", owner; }
    groups { group:contractors = "bob@example.com"; }
    tagOwners { tag:web = olga; }
    grants {
        group:contractors -> tag:web on 443 until "2027-04-01";
    }
}

fn main() {}

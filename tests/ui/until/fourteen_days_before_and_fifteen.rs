#![deny(deprecated)]

policy_macros::policy! {
    users { olga = "olga@example.com", owner; }
    groups { group:contractors = "bob@example.com"; }
    tagOwners { tag:web = olga; }
    grants {
        group:contractors -> tag:web on 443 until "2027-04-14";
        olga -> tag:web on 22 until "2027-04-15";
    }
}

fn main() {}

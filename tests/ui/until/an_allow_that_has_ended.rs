policy_macros::policy! {
    users { olga = "olga@example.com", owner; }
    groups { group:contractors = "bob@example.com"; }
    tagOwners { tag:web = olga; }
    #[allow(unused_host, until = "2027-03-30", reason = "the printer comes in March")]
    hosts { printer = "192.168.1.20"; }
    grants { group:contractors -> tag:web on 443; }
}

fn main() {}

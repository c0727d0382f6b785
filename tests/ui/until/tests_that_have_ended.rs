policy_macros::policy! {
    users { olga = "olga@example.com", owner; bob = "bob@example.com"; }
    groups { group:contractors = bob; }
    tagOwners { tag:web = olga; }
    grants { group:contractors -> tag:web on 22; }
    ssh { accept group:contractors -> tag:web as "root"; }
    tests { bob { until "2027-03-30"; accept tag:web:22; } }
    sshTests { bob -> tag:web { until "2027-03-29"; accept "root"; } }
}

fn main() {}

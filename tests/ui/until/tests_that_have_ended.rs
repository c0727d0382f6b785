policy_macros::policy! {
    users { olga = "olga@example.com", owner; }
    groups { group:contractors = "bob@example.com"; }
    tagOwners { tag:web = olga; }
    grants { group:contractors -> tag:web on 22; }
    ssh { accept group:contractors -> tag:web as "root"; }
    tests { "bob@example.com" { until "2027-03-30"; accept tag:web:22; } }
    sshTests { "bob@example.com" -> tag:web { until "2027-03-29"; accept "root"; } }
}

fn main() {}

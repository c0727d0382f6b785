policy_macros::policy! {
    tagOwners { tag:web; tag:db; }
    ssh { accept autogroup:admin -> autogroup:tagged except tag:db as "root"; }
    grants { autogroup:admin -> tag:db, tag:web on 22; }
}

fn main() {}

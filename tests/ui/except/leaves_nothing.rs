policy_macros::policy! {
    tagOwners { tag:web; tag:db; }
    let servers = tag:web, tag:db;
    grants { tag:web -> tag:db except servers on 443; }
}

fn main() {}

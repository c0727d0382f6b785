policy_macros::policy! {
    tagOwners { tag:web; tag:db; }
    grants { {"src": ["tag:web"], "dst": ["tag:db"], "ip": ["tcp:5432"]}; }
    tests { tag:web { deny tag:db:5432; } }
}

fn main() {}

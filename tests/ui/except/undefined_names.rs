policy_macros::policy! {
    groups { group:eng = "alice@example.com", "bob@example.com"; }
    tagOwners { tag:web; tag:db; }
    grants { group:eng except group:egn, bbo -> tag:web, tag:db except tag:dbb on 443; }
}

fn main() {}

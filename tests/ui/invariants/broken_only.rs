policy_macros::policy! {
    tagOwners { tag:proxy; tag:target; tag:db; }
    grants {
        tag:proxy -> tag:target on tcp:443;
        autogroup:tagged -> tag:db on tcp:5432;
    }
    invariants { only tag:proxy -> tag:target on 443; }
}

fn main() {}

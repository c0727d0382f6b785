policy_macros::policy! {
    tagOwners { tag:web; }
    let https = tcp:443;
    grants { autogroup:member -> tag:web on htps; }
}

fn main() {}

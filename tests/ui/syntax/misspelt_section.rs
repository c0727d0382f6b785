policy_macros::policy! {
    tagOwners { tag:web; }
    grnats { autogroup:member -> tag:web on 443; }
}

fn main() {}

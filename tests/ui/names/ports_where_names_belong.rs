policy_macros::policy! {
    tagOwners { tag:web; }
    let https = tcp:443;
    grants { autogroup:member -> https on 443; }
}

fn main() {}

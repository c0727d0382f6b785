policy_macros::policy! {
    tagOwners { tag:web; }
    let web = tag:web;
    grants { autogroup:member -> web on web; }
}

fn main() {}

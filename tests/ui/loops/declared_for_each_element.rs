policy_macros::policy! {
    for svc in [kiwix, feed] {
        tagOwners { tag:web = autogroup:admin; }
        grants { autogroup:member -> tag:web on 443; autogroup:member -> svc:$svc on 443; }
    }
}

fn main() {}

policy_macros::policy! {
    for svc in [kiwix, feed, kiwix] {
        tagOwners { tag:$svc; }
        grants { autogroup:member -> tag:$svc on 443; }
    }
}

fn main() {}

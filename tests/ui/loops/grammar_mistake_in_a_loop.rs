policy_macros::policy! {
    tagOwners { tag:kiwix; tag:feed; }
    grants {
        for svc in [kiwix, feed] {
            autogroup:member -> tag:$svc on http;
            autogroup:member => tag:$svc on 443;
        }
    }
}

fn main() {}

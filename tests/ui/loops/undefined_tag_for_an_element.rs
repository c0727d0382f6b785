policy_macros::policy! {
    tagOwners { tag:kiwix; tag:devpi; }
    grants {
        for svc in [kiwix, fed, devpi] {
            autogroup:member -> tag:$svc on 443;
        }
    }
}

fn main() {}

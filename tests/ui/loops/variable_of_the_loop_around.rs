policy_macros::policy! {
    grants {
        for svc in [kiwix, feed] {
            for svc in [web, db] { autogroup:member -> svc:$svc on 80; }
        }
    }
}

fn main() {}

policy_macros::policy! {
    grants {
        /// Every service
        for svc in [kiwix, feed] { autogroup:member -> svc:$svc on 80; }
    }
}

fn main() {}

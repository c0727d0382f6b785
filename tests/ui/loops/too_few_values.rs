policy_macros::policy! {
    grants {
        for (svc, port) in [(kiwix, 80), feed] { autogroup:member -> svc:$svc on $port; }
    }
}

fn main() {}

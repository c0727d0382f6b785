policy_macros::policy! {
    grants { for svc in [kiwix] autogroup:member -> svc:$svc on 80; }
}

fn main() {}

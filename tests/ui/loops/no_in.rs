policy_macros::policy! {
    tagOwners { for svc of [kiwix, feed] { tag:$svc; } }
    grants { autogroup:member -> tag:kiwix on 443; }
}

fn main() {}

policy_macros::policy! {
    grants { autogroup:member -> fd7a:115c:a1e0::9 on 443; }
}

fn main() {}

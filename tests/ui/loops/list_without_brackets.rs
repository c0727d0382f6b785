policy_macros::policy! {
    grants {
        for svc in kiwix, feed { autogroup:member -> svc:$svc on 80; }
        autogroup:member -> tag:web on 443;
    }
}

fn main() {}

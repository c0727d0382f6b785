policy_macros::policy! {
    tagOwners { tag:kiwix-web; tag:kiwix-db; tag:feed-web; }
    grants {
        for svc in [kiwix, feed] {
            for part in [web, db] {
                autogroup:member -> tag:$svc-$part on 443;
            }
        }
    }
}

fn main() {}

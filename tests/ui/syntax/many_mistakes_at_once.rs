policy_macros::policy! {
    tagOwners { tag:web = autogroup:admins; tag:db => autogroup:admin; }
    groups { group:eng = alice@example.com; }
    grants {
        group:eng -> tag:wbe on 443;
        autogroup:member -> tag:web on tcp:99999;
        autogroup:member -> tag:web:22;
    }
}

fn main() {}

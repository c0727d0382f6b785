policy_macros::policy! {
    groups { group:contractors = "bob@example.com" until "2027-12-31"; }
    grants { group:contractors -> * on 443; }
}

fn main() {}

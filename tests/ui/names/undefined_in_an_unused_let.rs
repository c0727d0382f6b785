policy_macros::policy! {
    users { other = "other@example.com"; }
    tagOwners { tag:web; }
    let foo = oth, tag:wbe;
    grants { other -> tag:web on 443; }
}

fn main() {}

policy_macros::policy! {
    hosts { nas = "100.64.0.9"; }
    tagOwners { tag:web; tag:storage; }
    grants { tag:web -> tag:storage except nas on 445; }
}

fn main() {}

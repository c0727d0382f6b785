policy_macros::policy! {
    nodeAttrs { * ipPool "100.100.100.0/24"; }
}

fn main() {}

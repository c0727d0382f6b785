policy_macros::policy! {
    nodeAttrs { * ipPool "10.0.0.0/8"; }
}

fn main() {}

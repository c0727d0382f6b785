policy_macros::policy! {
    nodeAttrs { autogroup:self attr "funnel"; }
}

fn main() {}

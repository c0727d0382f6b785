policy_macros::policy! {
    randomizeClientPort = true;
    randomizeClientPort = false;
}

fn main() {}

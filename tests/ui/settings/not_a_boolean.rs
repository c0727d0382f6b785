policy_macros::policy! {
    randomizeClientPort = "yes";
}

fn main() {}

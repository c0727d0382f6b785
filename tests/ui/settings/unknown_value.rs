policy_macros::policy! {
    OneCGNATRoute = "mac";
}

fn main() {}

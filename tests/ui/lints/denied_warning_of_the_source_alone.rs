policy_macros::policy! {
    lints { unused-let = deny "one `let` too many last week"; }
    let https = tcp:443;
}

fn main() {}

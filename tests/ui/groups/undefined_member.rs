policy_macros::policy! {
    users { carol = "carol@example.com"; }
    groups { group:ops = carol, carl; }
    grants { group:ops -> * on 443; }
}

fn main() {}

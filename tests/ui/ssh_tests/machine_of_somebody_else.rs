policy_macros::policy! {
    users { olga = "olga@example.com", owner; bob = "bob@example.com", member; }
    ssh { check autogroup:member -> autogroup:self as autogroup:nonroot; }
    sshTests { bob -> olga { check "bob"; } }
}

fn main() {}

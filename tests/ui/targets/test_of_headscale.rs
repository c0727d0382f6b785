policy_macros::policy! {
    target = headscale;
    users { alice = "alice@"; bob = "bob@"; }
    devices { laptop = alice, "100.64.0.1"; nas = bob, "100.64.0.2"; }
    grants { alice -> bob on 443; }
    tests { alice { accept bob:443; deny bob:22; } bob { accept alice:443; } }
}

fn main() {}

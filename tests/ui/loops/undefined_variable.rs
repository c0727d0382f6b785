policy_macros::policy! {
    tagOwners { tag:kiwix; }
    hosts {
        for (svc, number) in [(kiwix, 4)] {
            $scv = "10.0.${numbr}.${number}";
        }
        $svc = "10.0.0.1";
    }
    grants {
        for svc in [kiwix] { * -> tag:$svc on $prot; }
    }
}

fn main() {}

policy_macros::policy! {
    tagOwners { tag:web; tag:db; }
    postures { posture:new = "node:os == 'linux'", "node:tsVersion >= '1.40'"; }
    grants { tag:web -> tag:db on 5432 srcPosture posture:new; }
    tests {
        tag:web {
            srcPostureAttrs { "node:os": "linux", "node:tsVersion": "1.8.3" };
            accept tag:db:5432;
        }
    }
}

fn main() {}

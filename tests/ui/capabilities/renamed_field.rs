mod tailnet {
    policy_macros::policy! {
        users { olga = "olga@example.com", owner; }
        // It was `role`, and the service below still reads that.
        capabilities { "example.com/cap/sql" { level: "reader" | "writer"; } }
        grants { olga -> autogroup:self app { "example.com/cap/sql": [{ "level": "reader" }] }; }
    }
}

fn may_write(granted: &tailnet::capability::Sql) -> bool {
    granted.role == tailnet::capability::SqlLevel::Writer
}

fn main() {
    let _ = may_write;
}

policy_macros::policy! {
    target = tailscale;
    capabilities { /// Rows
        "example.com/cap/sql" { role: "reader" | "writer"; limit?: int; rows: [{ name: string; "a b": bool; }]; } }
    users { olga = "olga@example.com", owner; bob = "bob@example.com", member; }
    tagOwners { tag:db = olga; }
    grants { bob -> tag:db on tcp:5432 until "2027-03-31";
        bob -> tag:db app { "example.com/cap/sql": [{ "role": "reader", "rows": [] }] }; }
    tests { bob { accept tag:db:5432; until "2027-03-31"; } }
    lints { allow-all = allow "one day" until "2027-06-30"; }
}

// SYNTAX TEST "source.rust" "policies in Rust"
mod tailnet {
// <--- storage.type.rust - meta.embedded.block.policy
    policy_macros::policy! {
//                 ^^^^^^^ entity.name.function.macro.rust
        //! Tailnet policy of ${org}
//          ^^^^^^^^^^^^^^^^^ meta.embedded.block.policy comment.line.documentation.policy
        users { alice = "alice@example.com", owner; }
//      ^^^^^ meta.embedded.block.policy support.type.property-name.policy
//                       ^^^^^^^^^^^^^^^^^ string.quoted.double.policy
        let https = tcp:443;
//      ^^^ keyword.declaration.let.policy
//          ^^^^^ variable.other.constant.policy
//                  ^^^ support.type.protocol.policy
//                      ^^^ constant.numeric.port.policy
        use crate::forge::forge only grants;
//      ^^^ keyword.control.use.policy
//          ^^^^^^^^^^^^^^^^^^^ entity.name.namespace.policy
//                              ^^^^ keyword.control.decision.policy
        #[allow(unused_tag, reason = "kept")]
//        ^^^^^ keyword.control.lint.policy
//              ^^^^^^^^^^ variable.parameter.lint.policy
        for svc in [kiwix, feed] {
//      ^^^ keyword.control.loop.policy
//              ^^ keyword.control.loop.policy
            tagOwners { tag:$svc-db = autogroup:admin; }
//                      ^^^^^^^^^^^ entity.name.type.tag.policy
//                                    ^^^^^^^^^^^^^^^ support.constant.autogroup.policy
            hosts { $svc = "192.168.1.${svc}"; }
//                  ^^^^ variable.other.loop.policy
//                                    ^^^^^^ string.quoted.double.policy variable.other.loop.policy
        }
        grants {
            group:eng-team -> tag:web, on-prem on https, tcp:22 until "2999-03-31";
//          ^^^^^^^^^^^^^^ entity.name.type.group.policy
//                         ^^ keyword.operator.arrow.policy
//                                     ^^^^^^^ - keyword.operator.word.policy
//                                                              ^^^^^ keyword.other.clause.policy
            { "src": ["tag:web"], "dst": ["*"], "ip": ["443"] };
//            ^^^^^ support.type.property-name.policy
//                     ^^^^^^^ string.quoted.double.policy
        }
        ssh { check group:eng-team -> tag:web as autogroup:nonroot checkPeriod 12h; }
//      ^^^ support.type.property-name.policy
//            ^^^^^ keyword.control.decision.policy
//                                            ^^ keyword.operator.word.policy
//                                                                 ^^^^^^^^^^^ keyword.other.clause.policy
//                                                                             ^^^ constant.numeric.duration.policy
        tests { bob { accept tag:web:443; deny tag:db:5432; } }
//                    ^^^^^^ keyword.control.decision.policy
//                           ^^^^^^^ entity.name.type.tag.policy
//                                   ^^^ constant.numeric.port.policy
    }
}
// <- - meta.embedded.block.policy
policy_macros::policy_fragment! {
//             ^^^^^^^^^^^^^^^^ entity.name.function.macro.rust
    pub forge { grants { autogroup:member -> tag:forge on 443; } }
//  ^^^ storage.modifier.policy
//      ^^^^^ entity.name.namespace.policy
//                                           ^^^^^^^^^ entity.name.type.tag.policy
}
policy_macros::policy_file!("../policy.hujson", facts = "../facts.json");
//             ^^^^^^^^^^^^ entity.name.function.macro.rust
//                           ^^^^^^^^^^^^^^^^ string.quoted.double.rust
// policy! { tag:web }
//           ^^^^^^^ comment.line.double-slash.rust - meta.embedded.block.policy
fn main() { other! { policy } }
// <-- keyword.other.fn.rust - meta.embedded.block.policy
//                   ^^^^^^ - meta.embedded.block.policy

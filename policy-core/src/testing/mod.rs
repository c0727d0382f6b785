//! Evaluation of the policy's own `tests` and `sshTests`.

mod decision;
mod headscale;
mod known_logins;
mod mismatch;
mod near_miss;
mod network_end;
mod network_test;
mod outcome;
mod packet;
mod reading;
mod readings;
mod ssh_end;
mod ssh_login;
mod ssh_test;
mod test_endpoint;
mod words;

pub use decision::{Decision, RuleDecision};
pub use headscale::{FailureScope, HeadscaleFailure, judge_as_headscale};
pub use known_logins::KnownLogins;
pub use mismatch::{Mismatch, MismatchEnds};
pub use near_miss::{Conditions, NearMiss, NearMisses, named_as, nearest_rules, nearest_ssh_rules};
pub use network_end::{EndResolver, TestEnd, index_unknowns};
pub use network_test::{TestRun, test_outcomes};
pub use outcome::{DecidingRule, Evaluation, Expectation, MultiTagBypass, Outcome, Probe};
pub use packet::Packet;
pub use reading::{Reading, other_reading};
pub use ssh_end::{SshEnd, SshEndResolver};
pub use ssh_login::{SshLogin, evaluate, includes_account};
pub use ssh_test::{SshTestRun, expected_accounts, ssh_test_outcomes};
pub use words::Words;

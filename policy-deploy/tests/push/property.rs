//! What is true of every push, whatever the server, the network and other people do.

use std::cell::RefCell;
use std::collections::BTreeMap;

use policy_control_plane::{Fault, Flavour, SOMEBODY_ELSE};
use policy_deploy::push::{
    Answer, Confirmation, Outcome, Plan, Provenance, PushOptions, PutBack, Report, Sight, Stop, Target, Unsure, Wanted,
    run,
};
use policy_deploy::{ETag, PolicyVersion, Revision, is_same_policy};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use crate::operator::{Memory, Person};
use crate::world::{Event, Network, US, World};

/// The number of scripts.
const SCRIPTS: u32 = 10_000;

/// Returns the policy that allows one port.
pub(crate) fn policy(port: u16) -> String {
    format!("{{\"acls\": [{{\"action\": \"accept\", \"src\": [\"*\"], \"dst\": [\"*:{port}\"]}}]}}\n")
}

const LIVE: u16 = 22;
const WANTED: u16 = 443;

/// One push, and everything that happens meanwhile.
#[derive(Clone, Debug)]
struct Script {
    flavour: Flavour,
    live: String,
    wanted: String,
    /// Whether the events begin with the first write. Otherwise, they begin with the first request.
    is_from_write: bool,
    events: Vec<Option<Event>>,
    options: Options,
    person: Decisions,
}

/// The options. `None` is an option that is not given, and `Some(false)` one that names something else.
#[derive(Clone, Debug)]
struct Options {
    overwrite: Option<bool>,
    plan: Option<bool>,
    allow_open: bool,
    force_unreadable: bool,
}

#[derive(Clone, Debug)]
struct Decisions {
    provenance: Provenance,
    approves: bool,
    is_ready: bool,
    is_disk_full: bool,
    keeps: bool,
    others: [Option<String>; 3],
}

/// Returns a text that somebody else may write: another policy, and sometimes the old or the wanted one.
fn others_text() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => (8000..8004_u16).prop_map(policy),
        1 => Just(policy(LIVE)),
        1 => Just(policy(WANTED)),
    ]
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        4 => others_text().prop_map(Fault::OtherWriter),
        4 => others_text().prop_map(Fault::OtherWriterAfter),
        3 => Just(Fault::CutBefore),
        3 => Just(Fault::CutAfter),
        2 => Just(Fault::CutWithin),
        2 => select(vec![401, 403, 404, 412, 429, 500, 502, 504])
            .prop_map(|status| Fault::Status(status, "{\"message\":\"no\"}".to_owned())),
        2 => select(vec![500, 502, 504])
            .prop_map(|status| Fault::StatusAfter(status, "{\"message\":\"gone\"}".to_owned())),
        1 => select(vec![200, 502]).prop_map(Fault::Html),
        1 => Just(Fault::TooManyRequests("1".to_owned())),
        1 => Just(Fault::Redirect("http://127.0.0.1:2/".to_owned())),
        1 => Just(Fault::Forgets),
        1 => select(vec![Fault::NoETag, Fault::WeakETag, Fault::UnquotedETag]),
        1 => Just(Fault::not_utf8()),
    ]
}

fn event() -> impl Strategy<Value = Option<Event>> {
    prop_oneof![
        16 => Just(None),
        6 => fault().prop_map(|fault| Some(Event::Fault(fault))),
        1 => Just(Some(Event::NotSent)),
        1 => (0..10_usize).prop_map(|rest| Some(Event::Late(rest))),
    ]
}

/// Returns a decision that is usually `true`.
fn usually() -> impl Strategy<Value = bool> {
    prop::bool::weighted(0.93)
}

fn rarely<T: Clone + std::fmt::Debug>(some: impl Strategy<Value = T>) -> impl Strategy<Value = Option<T>> {
    prop_oneof![9 => Just(None), 1 => some.prop_map(Some)]
}

fn script() -> impl Strategy<Value = Script> {
    let flavour = prop_oneof![
        4 => Just(Flavour::Tailscale),
        2 => Just(Flavour::Headscale030),
        1 => Just(Flavour::Headscale029),
    ];
    let live = prop_oneof![
        20 => Just(policy(LIVE)),
        1 => Just(policy(WANTED)),
        1 => select(vec!["{}".to_owned(), "// only a comment\n".to_owned(), "{\"acls\":\n".to_owned()]),
    ];
    let wanted = prop_oneof![
        20 => Just(policy(WANTED)),
        1 => Just("{}".to_owned()),
        1 => Just("{\"acls\": [{\"action\": \"accept\", \"src\": [\"tag:x\"], \"dst\": [\"*:1\"]}]}".to_owned()),
    ];
    // In most scripts, the requests before the write succeed.
    let is_from_write = prop::bool::weighted(0.75);
    let events = (is_from_write, prop::collection::vec(event(), 0..16));
    let options = (rarely(any::<bool>()), rarely(any::<bool>()), any::<bool>(), any::<bool>()).prop_map(
        |(overwrite, plan, allow_open, force_unreadable)| Options { overwrite, plan, allow_open, force_unreadable },
    );
    let provenance = prop_oneof![
        16 => Just(Provenance::Earlier("it is the policy of the last commit".to_owned())),
        1 => Just(Provenance::NewTailnet),
        1 => Just(Provenance::Foreign("no commit has it".to_owned())),
    ];
    let others = [rarely(others_text()), rarely(others_text()), rarely(others_text())];
    let person = (provenance, usually(), usually(), usually(), any::<bool>(), others).prop_map(
        |(provenance, approves, is_ready, has_space, keeps, others)| Decisions {
            provenance,
            approves,
            is_ready,
            is_disk_full: !has_space,
            keeps,
            others,
        },
    );
    (flavour, live, wanted, events, options, person).prop_map(
        |(flavour, live, wanted, (is_from_write, events), options, person)| Script {
            flavour,
            live,
            wanted,
            is_from_write,
            events,
            options,
            person,
        },
    )
}

/// Runs a script. Returns the world afterwards, the person, and the report.
fn play(script: &Script) -> (Network, Person, Report) {
    let mut world = World::new(script.flavour, &script.live);
    let events = if script.is_from_write { &mut world.events_from_write } else { &mut world.events };
    events.extend(script.events.iter().cloned());
    let network = Network::new(world);
    let client = network.client(US);
    let wanted = Wanted::parse(script.wanted.as_str()).unwrap();
    let target = Target::new(&client);

    let other = ETag::of_policy("{\"grants\": []}");
    // The server's name for the version. headscale hashes the bytes.
    let live = match script.flavour {
        Flavour::Tailscale | Flavour::Headscale029 => ETag::of_policy(&script.live),
        Flavour::Headscale030 => ETag::of_bytes(script.live.as_bytes()),
    };
    let name = |is_live: bool| if is_live { live.clone() } else { other.clone() };
    let plan = script.options.plan.map(|is_current| {
        let (text, revision) = (script.live.clone(), Revision::ETag(name(is_current)));
        Plan::new(target.clone(), &PolicyVersion { text, revision, request_id: None }, &wanted, "")
    });
    let options = PushOptions {
        overwrite: script.options.overwrite.map(name),
        plan,
        allow_open: script.options.allow_open,
        force_unreadable: script.options.force_unreadable,
        may_put_back: !script.person.keeps,
        ..PushOptions::new(target)
    };
    let Decisions { provenance, approves, is_ready, is_disk_full, keeps, others } = script.person.clone();
    let reason = "nobody confirmed it within 5 minutes".to_owned();
    let confirmation = if keeps { Confirmation::Keep } else { Confirmation::PutBack(reason) };
    let mut person = Person { provenance, approves, is_ready, confirmation, others, ..Person::new(Some(&network)) };
    let mut backups = Memory { is_full: is_disk_full, ..Memory::default() };
    let report = run(&client, &wanted, &options, &mut backups, &mut person);
    (network, person, report)
}

/// Returns a name for an outcome and its reason, to count them.
fn kind(outcome: &Outcome) -> String {
    let sight = |sight: &Sight| match sight {
        Sight::New(_) => "the new one is there",
        Sight::Old(_) => "the old one is there",
        Sight::Other(_) => "another one is there",
        Sight::Unread(_) => "unread",
    };
    let answer = |answer: &Answer| match answer {
        Answer::Accepted => "accepted",
        Answer::Unknown(_) => "unanswered",
    };
    match outcome {
        Outcome::AlreadyLive => "0 already live".to_owned(),
        Outcome::Live => "0 live".to_owned(),
        Outcome::Stopped(stop) => {
            let name = match stop {
                Stop::Opens => "opens",
                Stop::Unread(_) => "unread",
                Stop::LiveUnreadable(_) => "live unreadable",
                Stop::LiveEmpty => "live empty",
                Stop::Foreign { .. } => "foreign",
                Stop::OtherThanNamed { .. } => "other than named",
                Stop::StalePlan(_) => "stale plan",
                Stop::Rejected(_) => "rejected",
                Stop::LiveRejected(_) => "live rejected",
                Stop::NotValidated(_) => "not validated",
                Stop::Declined(_) => "declined",
                Stop::NoBackup(_) => "no backup",
                Stop::Changed { .. } => "changed",
                Stop::Refused(_) => "refused",
            };
            format!("{} {name}", stop.exit_status())
        }
        Outcome::PutBack(_) => "3 put back".to_owned(),
        Outcome::Unsure(Unsure::Written { answer: given, sight: seen }) => {
            format!("4 {}, {}", answer(given), sight(seen))
        }
        Outcome::Unsure(Unsure::NotPutBack { put_back, .. }) => match put_back {
            PutBack::Done(_) => "4 put back".to_owned(),
            PutBack::Superseded(_) => "4 not put back, superseded".to_owned(),
            PutBack::Failed(_) => "4 not put back, refused".to_owned(),
            PutBack::Unsure { answer: given, sight: seen } => {
                format!("4 not put back, {}, {}", given.as_ref().map_or("conflict", answer), sight(seen))
            }
        },
    }
}

/// Every outcome that has to occur, so that the property says something about each.
const KINDS: &[&str] = &[
    "0 already live",
    "0 live",
    "1 changed",
    "1 declined",
    "1 foreign",
    "1 live empty",
    "1 live rejected",
    "1 live unreadable",
    "1 opens",
    "1 other than named",
    "1 rejected",
    "1 stale plan",
    "2 declined",
    "2 no backup",
    "2 not validated",
    "2 refused",
    "2 unread",
    "3 put back",
    "4 accepted, another one is there",
    "4 accepted, the old one is there",
    "4 accepted, unread",
    "4 not put back, accepted, another one is there",
    "4 not put back, refused",
    "4 not put back, superseded",
    "4 not put back, unanswered, another one is there",
    "4 unanswered, another one is there",
    "4 unanswered, the old one is there",
    "4 unanswered, unread",
];

#[test]
fn nothing_of_others_is_lost_and_success_is_never_only_believed() {
    let counts: RefCell<BTreeMap<String, u32>> = RefCell::default();
    let count = |name: &str| *counts.borrow_mut().entry(name.to_owned()).or_default() += 1;
    let mut runner = TestRunner::new(Config { cases: SCRIPTS, failure_persistence: None, ..Config::default() });
    let result = runner.run(&script(), |script| {
        let (network, person, report) = play(&script);
        check(&script, &network, &person, &report, &count)?;
        count(&kind(&report.outcome));
        Ok(())
    });
    for (name, count) in counts.borrow().iter() {
        println!("{count:>6}  {name}");
    }
    result.unwrap_or_else(|error| panic!("{error}"));
    let missing: Vec<_> = KINDS.iter().filter(|kind| !counts.borrow().contains_key(**kind)).collect();
    assert!(missing.is_empty(), "no script has these outcomes: {missing:?}");
    for name in
        ["ours stored once", "ours stored twice or more", "others stored", "replaced in the gap of headscale's /api/v1"]
    {
        assert!(counts.borrow().contains_key(name), "never: {name}");
    }
}

fn check(
    script: &Script,
    network: &Network,
    person: &Person,
    report: &Report,
    count: &dyn Fn(&str),
) -> Result<(), TestCaseError> {
    let mut world = network.world();
    let status = report.outcome.exit_status();
    let last_read = world.last_read.clone();
    // Requests that are still under way arrive after the command has ended.
    let stored_by_us = world.ours.len();
    world.settle();
    let (plane, ours) = (&world.plane, &world.ours);

    match status {
        0 => prop_assert!(is_same_policy(&last_read, &script.wanted), "success, and stored was {last_read}"),
        1 | 2 => prop_assert!(ours.is_empty(), "nothing written, but ours was stored: {ours:?}"),
        3 => prop_assert!(
            is_same_policy(&last_read, &script.live_when_read(person)),
            "put back, and stored was {last_read}"
        ),
        4 => {}
        other => return Err(TestCaseError::fail(format!("the exit status is {other}"))),
    }
    // What was stored in time is not forgotten: status 4 is not the answer to everything.
    if script.is_undisturbed() && status == 4 {
        return Err(TestCaseError::fail("nothing went wrong, and the outcome is not known"));
    }

    for write in ours {
        prop_assert!(write.is_conditional || script.flavour != Flavour::Tailscale, "a write without a condition");
        let (stored, replaced) = (&plane.history[write.index], &plane.history[write.index - 1]);
        prop_assert!(!stored.text.trim().is_empty(), "an empty policy was stored");
        let approved = person.approved.as_deref().unwrap_or_default();
        let is_push = is_same_policy(&stored.text, &script.wanted);
        let expected = if is_push { approved } else { script.wanted.as_str() };
        prop_assert!(is_push || is_same_policy(&stored.text, approved), "neither ours nor the old one: {stored:?}");
        if is_same_policy(&replaced.text, expected) {
            continue;
        }
        // headscale's `/api/v1` has no conditional write. Only what is written after our last reading can be lost.
        prop_assert!(
            !write.is_conditional && replaced.writer == SOMEBODY_ELSE && write.index > write.known,
            "our write {write:?} replaced another version in {:#?}",
            plane.history
        );
        count("replaced in the gap of headscale's /api/v1");
    }
    match stored_by_us {
        0 => {}
        1 => count("ours stored once"),
        _ => count("ours stored twice or more"),
    }
    if plane.history.iter().any(|stored| stored.writer == SOMEBODY_ELSE) {
        count("others stored");
    }
    Ok(())
}

impl Script {
    /// Returns the live text that our run has read.
    fn live_when_read(&self, person: &Person) -> String {
        person.approved.clone().unwrap_or_else(|| self.live.clone())
    }

    fn is_undisturbed(&self) -> bool {
        self.events.iter().all(Option::is_none) && self.person.others.iter().all(Option::is_none)
    }
}

//! Two pushers at once.

use std::path::Path;
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use policy_control_plane::{ControlPlane, Flavour, Server, Stored};
use policy_deploy::push::{
    Backup, Confirmation, Operator, Outcome, Prepared, Provenance, PushOptions, Refusal, Report, Sight, Step, Stop,
    Target, Unsure, Wanted, run,
};
use policy_deploy::{Client, Environment, HttpTransport, PolicyVersion, Secret};

use crate::operator::{Memory, Person};
use crate::property::policy;
use crate::world::{Network, World};

/// The number of races in one process.
const RACES: usize = 1000;

/// The number of races over TCP.
const RACES_OVER_TCP: usize = 100;

const NAMES: [&str; 2] = ["alice", "bob"];

/// A person who waits for the other one immediately before the write, if there is a barrier.
struct Racer<'a> {
    person: Person,
    start: &'a Barrier,
    meeting: Option<&'a Barrier>,
}

impl Operator for Racer<'_> {
    fn begin(&mut self, step: Step) {
        if step == Step::Read {
            self.start.wait();
        }
    }

    fn wait(&mut self, _: Duration) {
        thread::yield_now();
    }

    fn provenance(&mut self, live: &PolicyVersion) -> Provenance {
        self.person.provenance(live)
    }

    fn approve(&mut self, prepared: &Prepared) -> Result<(), Refusal> {
        self.person.approve(prepared)
    }

    fn before_write(&mut self, prepared: &Prepared, backup: &Backup, path: &Path) -> Result<(), Refusal> {
        self.meeting.map(Barrier::wait);
        self.person.before_write(prepared, backup, path)
    }

    fn confirm(&mut self, written: &PolicyVersion) -> Confirmation {
        self.person.confirm(written)
    }
}

/// One push: the text that it replaces, and its report.
struct Push {
    approved: String,
    report: Report,
}

/// Lets both push their policies to the same control plane. If they meet, both have read the same version.
fn race(client: &(dyn Fn(&'static str) -> Client + Sync), texts: [String; 2], meet: bool) -> [Push; 2] {
    let (start, meeting) = (Barrier::new(2), Barrier::new(2));
    let push = |name: &'static str, text: &str| {
        let client = client(name);
        let meeting = meet.then_some(&meeting);
        let mut racer = Racer { person: Person::new(None), start: &start, meeting };
        let (wanted, options) = (Wanted::parse(text).unwrap(), PushOptions::new(Target::new(&client)));
        let report = run(&client, &wanted, &options, &mut Memory::default(), &mut racer);
        Push { approved: racer.person.approved.unwrap_or_default(), report }
    };
    let [first, second] = &texts;
    thread::scope(|scope| {
        let other = scope.spawn(|| push(NAMES[1], second));
        [push(NAMES[0], first), other.join().unwrap()]
    })
}

/// What happened in many races.
#[derive(Debug, Default)]
struct Counts {
    one_won: usize,
    both_won: usize,
    replaced_before_it_was_verified: usize,
}

/// Checks that everything that was stored is known to its pusher, and has replaced what the pusher approved.
fn check(history: &[Stored], pushes: &[Push; 2], texts: &[String; 2], counts: &mut Counts) {
    let mut won = 0;
    for ((push, name), text) in pushes.iter().zip(NAMES).zip(texts) {
        let writes: Vec<usize> = (0..history.len()).filter(|index| history[*index].writer == name).collect();
        match &push.report.outcome {
            Outcome::Live => assert_eq!(writes.len(), 1),
            Outcome::Unsure(Unsure::Written { sight: Sight::Other(_), .. }) => {
                assert_eq!(writes.len(), 1);
                assert_eq!(writes[0] + 2, history.len(), "only the other one can have replaced it");
                counts.replaced_before_it_was_verified += 1;
            }
            Outcome::Stopped(Stop::Changed { .. }) => assert_eq!(writes, [0; 0]),
            other => panic!("{name}: {other:?}"),
        }
        for index in writes {
            assert_eq!(history[index].text, *text, "{name} has stored another text");
            assert_eq!(history[index - 1].text, push.approved, "{name} has replaced a version without reading it");
            won += 1;
        }
    }
    assert_eq!(history.len(), 1 + won, "somebody has written without knowing");
    match won {
        1 => counts.one_won += 1,
        2 => counts.both_won += 1,
        other => panic!("{other} have won"),
    }
}

/// Returns the two texts of a race.
fn texts(number: usize) -> [String; 2] {
    let port = u16::try_from(number % 30_000).unwrap() + 1000;
    [policy(port), policy(port + 30_000)]
}

#[test]
fn of_two_pushers_none_loses_what_the_other_has_written() {
    let mut counts = Counts::default();
    for number in 0..RACES {
        let flavour = if number % 4 < 2 { Flavour::Tailscale } else { Flavour::Headscale030 };
        let network = Network::new(World::new(flavour, &policy(22)));
        let (texts, meet) = (texts(number), number % 2 == 0);
        let pushes = race(&|name| network.client(name), texts.clone(), meet);
        let before = counts.both_won;
        check(&network.world().plane.history, &pushes, &texts, &mut counts);
        assert!(!meet || counts.both_won == before, "both have replaced the same version");
    }
    println!("{RACES} races: {counts:?}");
    assert!(counts.one_won >= RACES / 2);
}

#[test]
fn two_pushers_race_over_tcp() {
    let mut counts = Counts::default();
    for number in 0..RACES_OVER_TCP {
        let server = Server::start(ControlPlane::with_policy(policy(22)));
        let client = |name: &'static str| {
            let transport = HttpTransport::new(&Environment::new(&|_| None), Some(Duration::from_secs(10))).unwrap();
            Client::new(Box::new(transport), server.url(), Secret::new(format!("tskey-api-{name}-SECRET")))
        };
        let (texts, meet) = (texts(number), number % 2 == 0);
        let pushes = race(&client, texts.clone(), meet);
        check(&server.plane().history, &pushes, &texts, &mut counts);
    }
    println!("{RACES_OVER_TCP} races over TCP: {counts:?}");
    assert!(counts.one_won >= RACES_OVER_TCP / 2);
}

//! One push for each thing that can go wrong: its exit status, what it says, and what is stored afterwards.

use policy_control_plane::{Fault, Flavour, Request};
use policy_deploy::push::{Confirmation, Provenance, PushOptions, Report, Target, Wanted, run};

use crate::operator::{Memory, Person};
use crate::property::policy;
use crate::world::{Event, Network, US, World};

/// A push of port 443 to a control plane that allows port 22.
struct Case {
    flavour: Flavour,
    live: String,
    /// What happens to the requests from the write on.
    events: Vec<Option<Event>>,
    wanted: String,
    options: fn(&mut PushOptions),
    person: fn(&mut Person),
    is_disk_full: bool,
}

fn case() -> Case {
    Case {
        flavour: Flavour::Tailscale,
        live: policy(22),
        events: Vec::new(),
        wanted: policy(443),
        options: |_| {},
        person: |_| {},
        is_disk_full: false,
    }
}

fn events(events: impl IntoIterator<Item = Option<Fault>>) -> Vec<Option<Event>> {
    events.into_iter().map(|fault| fault.map(Event::Fault)).collect()
}

impl Case {
    fn run(&self) -> (Report, Network, Memory) {
        let mut world = World::new(self.flavour, &self.live);
        world.events_from_write.extend(self.events.iter().cloned());
        let network = Network::new(world);
        let client = network.client(US);
        let mut options = PushOptions::new(Target::new(&client));
        (self.options)(&mut options);
        let mut person = Person::new(Some(&network));
        (self.person)(&mut person);
        let mut backups = Memory { is_full: self.is_disk_full, ..Memory::default() };
        let wanted = Wanted::parse(self.wanted.as_str()).unwrap();
        let report = run(&client, &wanted, &options, &mut backups, &mut person);
        (report, network, backups)
    }

    /// Checks the exit status, the message, and the ports that the stored policies allow, the last one at the end.
    fn expect(self, status: u8, message: &str, ports: &[u16]) {
        let (report, network, backups) = self.run();
        assert_eq!(report.outcome.to_string(), message);
        assert_eq!(report.outcome.exit_status(), status, "{message}");
        let world = network.world();
        let stored: Vec<&str> = world.plane.history.iter().skip(1).map(|stored| stored.text.as_str()).collect();
        let expected: Vec<String> = ports.iter().copied().map(policy).collect();
        assert_eq!(stored, expected, "{message}");
        // Whatever was written, the text before it is saved.
        if !world.ours.is_empty() {
            assert_eq!(backups.saved[0].text, self.live);
            assert!(report.backup.is_some());
        }
    }
}

const UNCONFIRMED: &str = "nobody confirmed it within 5 minutes";

fn unconfirmed(person: &mut Person) {
    person.confirmation = Confirmation::PutBack(UNCONFIRMED.to_owned());
}

/// Returns the start of the name of a policy.
fn name(port: u16) -> String {
    policy_deploy::ETag::of_policy(&policy(port)).short().to_owned()
}

#[test]
fn a_push_that_works_says_so() {
    for flavour in [Flavour::Tailscale, Flavour::Headscale030, Flavour::Headscale029] {
        Case { flavour, ..case() }.expect(0, "the policy is live", &[443]);
        Case { flavour, live: policy(443), ..case() }.expect(0, "the policy is already live", &[]);
        let message = format!("the old policy is live again, because {UNCONFIRMED}");
        Case { flavour, person: unconfirmed, ..case() }.expect(3, &message, &[443, 22]);
    }
}

#[test]
fn nothing_is_written_if_the_push_stops() {
    let (live, other) = (name(22), name(80));
    let foreign = "no commit has it".to_owned();
    let is_foreign: fn(&mut Person) = |person| person.provenance = Provenance::Foreign("no commit has it".to_owned());
    let message = format!("the live policy `{live}` may contain somebody else's change: {foreign}");
    Case { person: is_foreign, ..case() }.expect(1, &message, &[]);
    let overwrite: fn(&mut PushOptions) = |options| {
        options.overwrite = Some(policy_deploy::ETag::of_policy(&policy(80)));
    };
    let message = format!("`{live}` is live, and not the version `{other}` that may be overwritten");
    Case { person: is_foreign, options: overwrite, ..case() }.expect(1, &message, &[]);
    let message = "the policy has neither `grants` nor `acls`, so every device could reach every other one, and the \
                   live policy has rules";
    Case { wanted: "{}".to_owned(), ..case() }.expect(1, message, &[]);
    Case { person: |person| person.approves = false, ..case() }.expect(1, "the push was not approved", &[]);
    Case { person: |person| person.is_ready = false, ..case() }.expect(2, "cannot start the watchdog", &[]);
    let message = "cannot save a backup in `/backups`: no space left on device";
    Case { is_disk_full: true, ..case() }.expect(2, message, &[]);
    let message = "the live policy is empty, so it could not be put back";
    let may_put_back: fn(&mut PushOptions) = |options| options.may_put_back = true;
    let blank = Case { live: "\n".to_owned(), options: may_put_back, ..case() };
    blank.expect(1, message, &[]);
}

#[test]
fn a_version_that_somebody_else_wrote_is_replaced_only_by_its_name() {
    let case = Case {
        person: |person| person.provenance = Provenance::Foreign("no commit has it".to_owned()),
        options: |options| options.overwrite = Some(policy_deploy::ETag::of_policy(&policy(22))),
        ..case()
    };
    case.expect(0, "the policy is live", &[443]);
}

#[test]
fn somebody_elses_change_stays() {
    let written = Fault::OtherWriter(policy(80));
    let message = format!("somebody changed the live policy in the meantime, and `{}` is live now", name(80));
    Case { events: events([Some(written)]), ..case() }.expect(1, &message, &[80]);
    let same = Fault::OtherWriter(policy(443));
    Case { events: events([Some(same)]), ..case() }.expect(0, "the policy is already live", &[443]);
    let after = Fault::OtherWriterAfter(policy(80));
    let message = format!("the policy was written, but another one is live: `{}`", name(80));
    Case { events: events([Some(after)]), ..case() }.expect(4, &message, &[443, 80]);
    let before_put_back = events([None, None, Some(Fault::OtherWriter(policy(80)))]);
    let message = format!(
        "the old policy should be put back, because {UNCONFIRMED}, but somebody has changed the policy since: `{}` is \
         live, and was not touched",
        name(80)
    );
    Case { events: before_put_back, person: unconfirmed, ..case() }.expect(4, &message, &[443, 80]);
}

#[test]
fn a_write_without_an_answer_is_found_out() {
    let cut = |fault: Fault| events([Some(fault)]);
    Case { events: cut(Fault::CutAfter), ..case() }.expect(0, "the policy is live", &[443]);
    Case { events: cut(Fault::CutWithin), ..case() }.expect(0, "the policy is live", &[443]);
    // It has not arrived, so it is sent once more.
    Case { events: cut(Fault::CutBefore), ..case() }.expect(0, "the policy is live", &[443]);
    let late = vec![Some(Event::Late(1))];
    Case { events: late, ..case() }.expect(0, "the policy is live", &[443]);
    // The second write replaces the version that the first one has replaced already.
    let very_late = vec![Some(Event::Late(4))];
    Case { events: very_late, ..case() }.expect(0, "the policy is live", &[443]);

    // Without a condition, a second write could overwrite somebody else's.
    let message =
        "it is not known whether the policy was written: the connection was cut, and the old one is still live";
    let unguarded = || Case { flavour: Flavour::Headscale029, ..case() };
    let lost = events([Some(Fault::CutBefore)]);
    Case { events: lost, ..unguarded() }.expect(4, message, &[]);
    Case { events: events([Some(Fault::CutAfter)]), ..unguarded() }.expect(0, "the policy is live", &[443]);

    let cut = || Some(Event::Fault(Fault::CutBefore));
    let twice = [vec![cut(), None, None, None, None], vec![cut()]].concat();
    let message =
        "it is not known whether the policy was written: the connection was cut, and the old one is still live";
    Case { events: twice, ..case() }.expect(4, message, &[]);
    let unread = [vec![Some(Event::Fault(Fault::CutAfter))], std::iter::repeat_n(cut(), 12).collect()].concat();
    let message = "it is not known whether the policy was written: the connection was cut, and the live policy cannot \
                   be read: the connection was cut";
    Case { events: unread, ..case() }.expect(4, message, &[443]);
}

#[test]
fn an_accepted_write_is_verified() {
    let message = "the server accepted the policy, but the old one is still live";
    Case { events: events([Some(Fault::Forgets)]), ..case() }.expect(4, message, &[]);
    Case { events: events([Some(Fault::Html(200))]), ..case() }.expect(4, message, &[]);
    let unread = std::iter::once(None).chain(std::iter::repeat_n(Some(Event::Fault(Fault::NoETag)), 12)).collect();
    let message = "the policy was written, but it is not known what is live: the server's answer has no usable `ETag`";
    Case { events: unread, ..case() }.expect(4, message, &[443]);
    // A reading that fails is repeated.
    let once = events([None, Some(Fault::NoETag)]);
    Case { events: once, ..case() }.expect(0, "the policy is live", &[443]);
}

#[test]
fn a_refused_write_is_not_repeated() {
    for (status, exit) in [(400, 1), (401, 2), (403, 2), (429, 2)] {
        let refused =
            Case { events: events([Some(Fault::Status(status, "{\"message\":\"no\"}".to_owned()))]), ..case() };
        let (report, network, _) = refused.run();
        assert_eq!(report.outcome.exit_status(), exit, "{status}: {}", report.outcome);
        let world = network.world();
        let is_write = |request: &&Request| request.method == "POST" && request.target.ends_with("/acl");
        assert_eq!(world.plane.requests.iter().filter(is_write).count(), 1);
    }
    let refused = Case { events: vec![Some(Event::NotSent)], ..case() };
    refused.expect(2, "nothing was written: cannot connect", &[]);
}

#[test]
fn the_request_ids_are_kept() {
    let (report, _, _) = case().run();
    assert_eq!(report.request_ids.len(), 3, "{:?}", report.request_ids);
    assert!(report.request_ids.iter().all(|id| id.starts_with("REQ-")));
}

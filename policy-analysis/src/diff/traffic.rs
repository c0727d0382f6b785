//! Packets of a gain between known devices, and addresses behind them.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::diff::change::Relation;
use policy_core::access::{DeviceId, Families, Family, Principal, Reach, Tailnet};
use policy_core::proof::{Class, ClassName, pass_tailnet, with_any_tag};

/// A member of a class.
struct Member<'w> {
    name: &'w ClassName,
    families: Families,
    /// The login of its user in lower case.
    login: Option<String>,
    carriers: Cow<'w, [DeviceId]>,
    reach: Reach,
}

/// Returns the names of the source members that can send a packet to a destination member, and the
/// names of the destination members that can receive one. With tags in `via`, only routers with one
/// of these tags carry packets.
pub(super) fn parties<'w>(
    tailnet: &Tailnet,
    sources: Vec<&'w Class>,
    destinations: Vec<&'w Class>,
    relation: Relation,
    via: &[&str],
) -> [Vec<&'w ClassName>; 2] {
    let (sources, mut destinations) = (members(sources), members(destinations));
    if !via.is_empty() {
        destinations.retain_mut(|member| {
            let routers = with_any_tag(tailnet, &member.carriers, via);
            let is_carried = member.carriers.is_empty() || !routers.is_empty();
            // A device that is itself a router to a subnet does not send packets there through
            // another router.
            if member.reach == Reach::ExitNode {
                member.carriers = routers.into();
            }
            is_carried
        });
    }
    let can_send = |from: &Member, to: &Member| pass_tailnet(&from.carriers, &to.carriers, to.reach);
    let senders = meeting(&sources, &destinations, relation, can_send);
    [senders, meeting(&destinations, &sources, relation, |to, from| can_send(from, to))]
}

fn members<'w>(classes: Vec<&'w Class>) -> Vec<Member<'w>> {
    let mut members = Vec::new();
    for class in classes {
        for ((name, member), carriers) in class.names.iter().zip(&class.members).zip(&class.carriers) {
            let login = match member.who {
                Principal::User { login, .. } => Some(login.to_ascii_lowercase()),
                _ => None,
            };
            let carriers = Cow::Borrowed(carriers.as_slice());
            members.push(Member { name, families: member.families(), login, carriers, reach: member.reach });
        }
    }
    members
}

/// Returns the names of the members that can exchange a packet with one of `others`.
fn meeting<'w>(
    members: &[Member<'w>],
    others: &[Member],
    relation: Relation,
    can_meet: impl Fn(&Member, &Member) -> bool,
) -> Vec<&'w ClassName> {
    let key = |member: &Member| if relation == Relation::Own { member.login.clone() } else { None };
    let mut by_key: HashMap<(Families, Option<String>), Vec<&Member>> = HashMap::new();
    for other in others {
        by_key.entry((other.families, key(other))).or_default().push(other);
    }
    let meets = |member: &&Member| {
        let is_one_of = |other: &&Member| {
            let is_same_user = member.login.is_some() && member.login == other.login;
            let is_related = match relation {
                Relation::Any => true,
                Relation::Own => is_same_user,
                Relation::Others => !is_same_user,
            };
            is_related && can_meet(member, other)
        };
        let [v4, v6] = Family::BOTH.map(Families::from);
        let wanted = [v4, v6, Families::BOTH].into_iter().filter(|families| families.intersects(member.families));
        let mut found = wanted.filter_map(|families| by_key.get(&(families, key(member))));
        found.any(|others| others.iter().any(is_one_of))
    };
    members.iter().filter(meets).map(|member| member.name).collect()
}

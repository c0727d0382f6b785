//! Which real name a wrong one was meant to be.

/// The candidate nearest to `name`, if one is near enough to be meant.
///
/// A name that differs in case only wins; otherwise at most a third of the letters may differ
/// (one at least), so that a suggestion is never nonsense.
///
/// ```
/// use policy_core::diagnostic::suggestion::nearest;
/// assert_eq!(nearest("tag:hoemlab", ["tag:homelab", "tag:nas"]), Some("tag:homelab"));
/// assert_eq!(nearest("tag:printer", ["tag:homelab", "tag:nas"]), None);
/// assert_eq!(nearest("olga@example.com", ["pia@example.com"]), None);
/// ```
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    nearest_of(name, &mut candidates.into_iter())
}

/// Not generic, so that it is compiled once.
fn nearest_of<'a>(name: &str, candidates: &mut dyn Iterator<Item = &'a str>) -> Option<&'a str> {
    // A kind like `tag:` and a domain are the same for many names, so they must not count as agreement.
    let letters = |word: &str| {
        let name = word.rsplit_once(':').map_or(word, |(_, name)| name);
        name.split_once('@').map_or(name, |(local, _)| local).chars().count()
    };
    let limit = (letters(name) / 3).max(1);
    let length = name.chars().count();
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if candidate.eq_ignore_ascii_case(name) {
            return Some(candidate);
        }
        // The distance is at least the difference in length, which is much cheaper to find.
        if candidate.chars().count().abs_diff(length) > limit {
            continue;
        }
        let distance = strsim::osa_distance(name, candidate);
        // One letter for another is no misspelling of a name that has no more than that letter.
        let nothing_left = distance >= letters(name).max(letters(candidate));
        if distance <= limit && !nothing_left && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

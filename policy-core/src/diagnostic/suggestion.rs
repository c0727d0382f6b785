//! Suggestions for misspelt names.

/// Returns the candidate nearest to `name`, if it is near enough to be what was meant.
///
/// A name that differs only in case comes first. Otherwise at most a third of the letters may
/// differ, but always one, so that suggestions are plausible.
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

/// Not generic, to be compiled only once.
fn nearest_of<'a>(name: &str, candidates: &mut dyn Iterator<Item = &'a str>) -> Option<&'a str> {
    // Many names share a prefix such as `tag:` or a domain, so these do not count as similarity.
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
        // The difference in length is a lower bound of the distance, and much cheaper to compute.
        if candidate.chars().count().abs_diff(length) > limit {
            continue;
        }
        let distance = strsim::osa_distance(name, candidate);
        // If no letter is equal, the one is not a misspelling of the other.
        let nothing_left = distance >= letters(name).max(letters(candidate));
        if distance <= limit && !nothing_left && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

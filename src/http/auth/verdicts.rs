//! What was found out about logins.

use std::collections::{HashSet, VecDeque};

use super::tags::LoginTag;

/// Most logins of either kind that are remembered; a fleet of scrapers has few.
const MAX_VERDICTS: usize = 1024;

/// Good and bad logins, apart: however many bad ones come, no good one is forgotten for them.
#[derive(Debug, Default)]
pub(super) struct Verdicts {
    good: RecentTags,
    bad: RecentTags,
}

/// The tags that were added last.
#[derive(Debug, Default)]
struct RecentTags {
    known: HashSet<LoginTag>,
    in_order: VecDeque<LoginTag>,
}

impl Verdicts {
    /// Whether the login is good, if that is known.
    pub(super) fn of(&self, tag: &LoginTag) -> Option<bool> {
        if self.good.known.contains(tag) {
            Some(true)
        } else if self.bad.known.contains(tag) {
            Some(false)
        } else {
            None
        }
    }

    pub(super) fn add(&mut self, tag: LoginTag, is_good: bool) {
        if is_good {
            self.good.add(tag);
        } else {
            self.bad.add(tag);
        }
    }
}

impl RecentTags {
    fn add(&mut self, tag: LoginTag) {
        if !self.known.insert(tag) {
            return;
        }
        self.in_order.push_back(tag);
        if self.in_order.len() > MAX_VERDICTS
            && let Some(oldest) = self.in_order.pop_front()
        {
            self.known.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(number: usize) -> LoginTag {
        let mut tag = [0; 32];
        tag[..8].copy_from_slice(&number.to_be_bytes());
        tag
    }

    #[test]
    fn bad_logins_are_forgotten_in_their_order_and_good_ones_are_not() {
        let mut verdicts = Verdicts::default();
        verdicts.add(tag(0), true);
        for number in 1..=MAX_VERDICTS + 1 {
            verdicts.add(tag(number), false);
        }
        assert_eq!(verdicts.of(&tag(0)), Some(true));
        assert_eq!(verdicts.of(&tag(1)), None);
        assert_eq!(verdicts.of(&tag(2)), Some(false));
        assert_eq!(verdicts.bad.known.len(), MAX_VERDICTS);
    }
}

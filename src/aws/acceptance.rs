//! In which regions AWS takes which credentials.
//!
//! A region that is not enabled for an account refuses good credentials as if they were wrong. What
//! tells the two apart is a sibling: another target of the same credentials, in a region that takes
//! them.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Mutex, PoisonError};

use tokio::time::Instant;

use crate::collect::SourceError;
use crate::model::FailureReason;

/// What AWS answers to credentials that it does not know in a region.
const UNKNOWN_THERE: [&str; 2] = ["UnrecognizedClientException", "InvalidClientTokenId"];
/// More access keys than are in use at any time.
const MAX_KEYS: usize = 16;

/// Credentials, by what they are used for: a refusal of one use says nothing about the others.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Use {
    /// Base credentials at STS, by access key.
    Sts(String),
    /// Base credentials that read SSM, by the account that STS says they are of: they may have a
    /// new key every hour.
    Account(String),
    /// Sessions of a role, by its ARN.
    Role(String),
}

/// What is known of every use in every region.
#[derive(Default)]
pub(super) struct Acceptance(Mutex<HashMap<Use, HashMap<String, Record>>>);

/// One use in one region.
#[derive(Clone, Copy, Debug, Default)]
struct Record {
    accepted: Option<Instant>,
    /// When STS took the credentials in this region; what they are used for may still be refused
    /// there.
    vouched: Option<Instant>,
    refused_since: Option<Instant>,
    seen: Option<Instant>,
}

/// Whether an error may mean that the region is not enabled.
pub(super) fn is_unknown_there(error: &SourceError) -> bool {
    error.reason == FailureReason::InvalidCredentials
        && UNKNOWN_THERE.iter().any(|code| error.detail.contains(code))
}

impl Acceptance {
    /// A call with these credentials has succeeded in a region.
    pub(super) fn accepted(&self, used: Use, region: &str) {
        let now = Some(Instant::now());
        self.note(used, region, |before| Record {
            accepted: now,
            refused_since: None,
            seen: now,
            ..before
        });
    }

    /// STS has taken these credentials in a region: others may rely on that until they are refused
    /// there.
    pub(super) fn vouched(&self, used: Use, region: &str) {
        let now = Some(Instant::now());
        self.note(used, region, |before| Record {
            vouched: now,
            seen: now,
            ..before
        });
    }

    /// A region does not know these credentials.
    pub(super) fn refused(&self, used: Use, region: &str) {
        let now = Some(Instant::now());
        self.note(used, region, |before| Record {
            refused_since: before.refused_since.or(now),
            seen: now,
            ..before
        });
    }

    /// Another region in which these credentials work, although `region` refuses them.
    ///
    /// Where the region has taken them before, only what has succeeded since it refuses them
    /// counts: credentials that are revoked are refused in one region first.
    pub(super) fn elsewhere(&self, used: &Use, region: &str) -> Option<String> {
        let records = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let regions = records.get(used)?;
        let here = regions.get(region).copied().unwrap_or_default();
        let counts_from = here.refused_since.filter(|_| here.accepted.is_some());
        let others = regions.iter().filter(|(other, _)| *other != region);
        let works = |record: &Record| {
            record.refused_since.is_none() && record.accepted.max(record.vouched) > counts_from
        };
        let working = others
            .filter(|(_, record)| works(record))
            .map(|(other, _)| other);
        working.min().cloned()
    }

    fn note(&self, used: Use, region: &str, change: impl FnOnce(Record) -> Record) {
        let mut records = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        forget_old_keys(&mut records, &used);
        match records.entry(used).or_default().entry(region.to_owned()) {
            Entry::Occupied(mut record) => _ = record.insert(change(*record.get())),
            Entry::Vacant(slot) => _ = slot.insert(change(Record::default())),
        }
    }
}

/// Temporary credentials have a new key every hour; roles and accounts are those of the
/// configuration.
fn forget_old_keys(records: &mut HashMap<Use, HashMap<String, Record>>, used: &Use) {
    let is_key = |used: &Use| matches!(used, Use::Sts(_));
    if !is_key(used)
        || records.contains_key(used)
        || records.keys().filter(|used| is_key(used)).count() < MAX_KEYS
    {
        return;
    }
    let seen =
        |regions: &HashMap<String, Record>| regions.values().filter_map(|record| record.seen).max();
    let oldest = records
        .iter()
        .filter(|(used, _)| is_key(used))
        .min_by_key(|(_, regions)| seen(regions));
    if let Some(oldest) = oldest.map(|(used, _)| used.clone()) {
        records.remove(&oldest);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::advance;

    use super::*;

    fn role() -> Use {
        Use::Role("arn".to_owned())
    }

    fn elsewhere(acceptance: &Acceptance, region: &str) -> Option<String> {
        acceptance.elsewhere(&role(), region)
    }

    #[test]
    fn a_region_that_never_worked_is_told_by_one_that_does() {
        let acceptance = Acceptance::default();
        acceptance.refused(role(), "ap-east-1");
        assert_eq!(elsewhere(&acceptance, "ap-east-1"), None);
        acceptance.accepted(role(), "eu-west-1");
        assert_eq!(
            elsewhere(&acceptance, "ap-east-1").as_deref(),
            Some("eu-west-1")
        );
        acceptance.refused(role(), "eu-west-1");
        assert_eq!(
            elsewhere(&acceptance, "ap-east-1"),
            None,
            "now they are refused everywhere"
        );
    }

    #[test]
    fn what_works_for_others_or_for_itself_tells_nothing() {
        let acceptance = Acceptance::default();
        acceptance.accepted(Use::Role("another".to_owned()), "eu-west-1");
        acceptance.accepted(Use::Sts("key".to_owned()), "eu-west-1");
        acceptance.accepted(role(), "ap-east-1");
        assert_eq!(elsewhere(&acceptance, "ap-east-1"), None);
    }

    #[test]
    fn what_sts_says_holds_until_the_service_refuses() {
        let acceptance = Acceptance::default();
        acceptance.vouched(role(), "eu-west-1");
        acceptance.vouched(role(), "ap-east-1");
        acceptance.refused(role(), "ap-east-1");
        assert_eq!(
            elsewhere(&acceptance, "ap-east-1").as_deref(),
            Some("eu-west-1")
        );
        acceptance.refused(role(), "eu-west-1");
        assert_eq!(elsewhere(&acceptance, "ap-east-1"), None);
    }

    #[tokio::test(start_paused = true)]
    async fn credentials_that_are_revoked_are_not_taken_for_a_region_that_is_disabled() {
        let acceptance = Acceptance::default();
        for region in ["eu-west-1", "us-east-1"] {
            acceptance.accepted(role(), region);
        }
        advance(Duration::from_secs(1)).await;
        acceptance.refused(role(), "us-east-1");
        assert_eq!(
            elsewhere(&acceptance, "us-east-1"),
            None,
            "the other one has not been asked since"
        );
        advance(Duration::from_secs(1)).await;
        acceptance.accepted(role(), "eu-west-1");
        assert_eq!(
            elsewhere(&acceptance, "us-east-1").as_deref(),
            Some("eu-west-1"),
            "it was disabled just now"
        );
    }

    #[test]
    fn keys_that_are_not_used_any_more_are_forgotten() {
        let acceptance = Acceptance::default();
        for number in 0..2 * MAX_KEYS {
            acceptance.accepted(Use::Sts(number.to_string()), "eu-west-1");
        }
        assert_eq!(
            acceptance.0.into_inner().expect("unpoisoned").len(),
            MAX_KEYS
        );
    }
}

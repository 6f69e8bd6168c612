//! Which regions accept which credentials.
//!
//! A region that is not enabled for an account refuses good credentials as if they were wrong. What
//! tells the two apart is another target with the same credentials, in a region that accepts them.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};

use tokio::time::Instant;

use crate::collect::SourceError;
use crate::locks::locked;
use crate::model::FailureReason;

/// The codes with which AWS answers credentials that it does not know in a region.
const UNKNOWN_THERE: [&str; 2] = ["UnrecognizedClientException", "InvalidClientTokenId"];
/// The most access keys that are remembered, more than are in use at any time.
const MAX_ACCESS_KEYS: usize = 16;

/// Credentials, by what they are used for: a refusal of one use says nothing about the others.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum CredentialUse {
    /// Base credentials at STS, by access key.
    Sts(String),
    /// Base credentials that read SSM, by the account to which they belong according to STS. Their
    /// key would not do, since they may have a new one every hour.
    Account(String),
    /// Sessions of a role, by its ARN.
    Role(String),
}

/// What is known about every use of credentials in every region.
#[derive(Default)]
pub(super) struct RegionAcceptance {
    records: Mutex<HashMap<CredentialUse, RegionRecords>>,
}

/// One use, by region.
type RegionRecords = HashMap<String, Record>;

/// One use in one region.
#[derive(Clone, Copy, Debug, Default)]
struct Record {
    accepted: Option<Instant>,
    /// When STS accepted the credentials in this region. What they are used for may still be
    /// refused there.
    vouched: Option<Instant>,
    refused_since: Option<Instant>,
    seen: Option<Instant>,
}

/// Whether an error may mean that the region is not enabled.
pub(super) fn is_unknown_there(error: &SourceError) -> bool {
    // An error does not keep the code by itself, but its detail names it.
    error.reason == FailureReason::InvalidCredentials
        && UNKNOWN_THERE.iter().any(|code| error.detail.contains(code))
}

impl RegionAcceptance {
    /// Notes that a call with these credentials has succeeded in a region.
    pub(super) fn accepted(&self, used: CredentialUse, region: &str) {
        self.note(used, region, Record::accept);
    }

    /// Notes that STS has accepted these credentials in a region. Others may rely on that until
    /// they are refused there.
    pub(super) fn vouched(&self, used: CredentialUse, region: &str) {
        self.note(used, region, Record::vouch);
    }

    /// Notes that a region does not know these credentials.
    pub(super) fn refused(&self, used: CredentialUse, region: &str) {
        self.note(used, region, Record::refuse);
    }

    /// Another region in which these credentials work, although `region` refuses them.
    pub(super) fn elsewhere(&self, used: &CredentialUse, region: &str) -> Option<String> {
        let records = self.records();
        let regions = records.get(used)?;
        // Any of them would do, but it should be the same one each time it is logged.
        others_that_work(regions, region).min().cloned()
    }

    fn note(&self, used: CredentialUse, region: &str, change: fn(&mut Record, Instant)) {
        let mut records = self.records();
        // Only a key that is new needs room, so that those in use do not push each other out.
        if used.is_access_key() && !records.contains_key(&used) {
            make_room_for_access_key(&mut records);
        }
        let regions = records.entry(used).or_default();
        let record = regions.entry(region.to_owned()).or_default();
        change(record, Instant::now());
    }

    fn records(&self) -> MutexGuard<'_, HashMap<CredentialUse, RegionRecords>> {
        locked(&self.records)
    }
}

impl CredentialUse {
    fn is_access_key(&self) -> bool {
        matches!(self, Self::Sts(_))
    }
}

impl Record {
    fn accept(&mut self, now: Instant) {
        self.seen = Some(now);
        self.accepted = Some(now);
        self.refused_since = None;
    }

    fn vouch(&mut self, now: Instant) {
        self.seen = Some(now);
        self.vouched = Some(now);
    }

    fn refuse(&mut self, now: Instant) {
        self.seen = Some(now);
        // Further refusals do not move the time: whatever succeeded after the first one counts.
        self.refused_since.get_or_insert(now);
    }

    /// Whether the credentials work in this region although they are refused `there`.
    ///
    /// Where they have been accepted before, only what has succeeded since the refusal counts,
    /// because credentials that are revoked are refused in one region before the others.
    fn works_despite(self, there: Self) -> bool {
        let counts_from = match there.accepted {
            Some(_) => there.refused_since,
            None => None,
        };
        // `None` is less than any time. So without a limit every success counts, whenever it was.
        self.refused_since.is_none() && self.accepted.max(self.vouched) > counts_from
    }
}

/// The other regions in which the credentials work, although `region` refuses them.
fn others_that_work<'a>(
    regions: &'a RegionRecords,
    region: &'a str,
) -> impl Iterator<Item = &'a String> {
    let here = regions.get(region).copied().unwrap_or_default();
    regions
        .iter()
        .filter(move |(other, _)| *other != region)
        .filter(move |(_, record)| record.works_despite(here))
        .map(|(other, _)| other)
}

/// Forgets the access key that was used longest ago, if there are many.
///
/// Temporary credentials have a new key every hour. Roles and accounts need not be forgotten, since
/// they are those of the configuration.
fn make_room_for_access_key(records: &mut HashMap<CredentialUse, RegionRecords>) {
    let access_keys = records.keys().filter(|used| used.is_access_key());
    if access_keys.count() < MAX_ACCESS_KEYS {
        return;
    }
    if let Some(oldest) = oldest_access_key(records) {
        records.remove(&oldest);
    }
}

fn oldest_access_key(records: &HashMap<CredentialUse, RegionRecords>) -> Option<CredentialUse> {
    let access_keys = records.iter().filter(|(used, _)| used.is_access_key());
    let oldest = access_keys.min_by_key(|(_, regions)| last_seen(regions));
    oldest.map(|(used, _)| used.clone())
}

fn last_seen(regions: &RegionRecords) -> Option<Instant> {
    regions.values().filter_map(|record| record.seen).max()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::advance;

    use super::*;

    fn role() -> CredentialUse {
        CredentialUse::Role("arn".to_owned())
    }

    fn elsewhere(acceptance: &RegionAcceptance, region: &str) -> Option<String> {
        acceptance.elsewhere(&role(), region)
    }

    #[test]
    fn a_region_that_never_worked_is_told_by_one_that_does() {
        let acceptance = RegionAcceptance::default();
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
        let acceptance = RegionAcceptance::default();
        acceptance.accepted(CredentialUse::Role("another".to_owned()), "eu-west-1");
        acceptance.accepted(CredentialUse::Sts("key".to_owned()), "eu-west-1");
        acceptance.accepted(role(), "ap-east-1");
        assert_eq!(elsewhere(&acceptance, "ap-east-1"), None);
    }

    #[test]
    fn what_sts_says_holds_until_the_service_refuses() {
        let acceptance = RegionAcceptance::default();
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
        let acceptance = RegionAcceptance::default();
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
        let acceptance = RegionAcceptance::default();
        for number in 0..2 * MAX_ACCESS_KEYS {
            acceptance.accepted(CredentialUse::Sts(number.to_string()), "eu-west-1");
        }
        assert_eq!(
            acceptance.records.into_inner().expect("unpoisoned").len(),
            MAX_ACCESS_KEYS
        );
    }
}

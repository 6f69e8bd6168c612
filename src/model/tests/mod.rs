//! Tests of the model over hand-written rows: what a target keeps, for how long, and what it
//! concludes.

mod ages;
mod noncompliance_reasons;
mod noncompliant_patches;
mod reconciliation;
mod reselection;
mod rows;
mod summaries;
mod tags;

use std::sync::Arc;
use std::time::Duration;

use super::*;

const PATCH: &str = "Patch";
const ASSOCIATION: &str = "Association";

const HOUR: Duration = Duration::from_hours(1);
const MINUTE: Duration = Duration::from_mins(1);

/// A target with a refresh under way.
struct Bench {
    target: Target,
}

fn at(since_start: Duration) -> Now {
    Now {
        since_start,
        wall: Timestamp::from_millis(1_763_200_000_000),
    }
}

fn named(compliance_type: &str) -> ComplianceType {
    ComplianceType::from_row(compliance_type, &Interner::default())
}

fn id(name: &str) -> Arc<str> {
    name.into()
}

fn listed(name: &str) -> InstanceRow {
    InstanceRow {
        id: name.into(),
        ping_status: "Online".into(),
        ..<_>::default()
    }
}

fn summary(name: &str, compliance_type: &str, status: &str) -> SummaryRow {
    SummaryRow {
        resource_id: name.into(),
        compliance_type: compliance_type.into(),
        status: status.into(),
        ..<_>::default()
    }
}

/// Returns a row with these counts, in the order of [`PatchState::ALL`].
fn patches(counts: [i64; 8]) -> PatchRow {
    PatchRow {
        counts: counts.map(Some),
        ..<_>::default()
    }
}

fn item(association: &str, document: &str) -> ItemRow {
    let status = "NON_COMPLIANT".to_owned();
    ItemRow {
        id: association.into(),
        severity: "HIGH".into(),
        status,
        details: [("DocumentName".to_owned(), document.to_owned())].into(),
        ..<_>::default()
    }
}

fn patch_item(id: &str, details: &[(&str, &str)]) -> ItemRow {
    let details = details
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    ItemRow {
        id: id.into(),
        compliance_type: PATCH.into(),
        status: "NON_COMPLIANT".into(),
        details: details.collect(),
        ..<_>::default()
    }
}

/// Returns the details of one instance. The other instances were due too, and could not be read.
fn read<T>(name: &str, row: T) -> PartialRead<T> {
    let unread = ["i-1", "i-2"]
        .into_iter()
        .filter(|other| *other != name)
        .map(id)
        .collect();
    PartialRead {
        rows: vec![(id(name), row)],
        unread,
    }
}

impl Bench {
    fn new() -> Self {
        Self::with(HOUR, 5 * MINUTE)
    }

    fn with(stale_after: Duration, interval: Duration) -> Self {
        let mut target = Target::new(AgeLimits {
            stale_after,
            interval,
            full_every: 6 * HOUR,
        });
        target.begin_refresh(at(Duration::ZERO));
        Self { target }
    }

    /// Ends the refresh under way, and begins the next one.
    fn next_refresh(&mut self) {
        self.target.end_refresh();
        self.target.begin_refresh(at(Duration::ZERO));
    }

    fn end(&mut self, collector: Collector, took: Duration, now: Duration, data: Collected) {
        let attempt = Attempt {
            result: Ok(()),
            skipped: 0,
            took,
        };
        self.target.apply(
            Outcome {
                collector,
                attempt,
                data: Some(data),
            },
            at(now),
        );
    }

    fn fail(&mut self, collector: Collector, took: Duration, now: Duration) {
        let attempt = Attempt {
            result: Err(FailureReason::Throttled),
            skipped: 0,
            took,
        };
        self.target.apply(
            Outcome {
                collector,
                attempt,
                data: None,
            },
            at(now),
        );
    }

    fn list(&mut self, rows: &[InstanceRow], now: Duration) {
        let (mut listings, interner) = (Listings::default(), self.target.interner());
        for row in rows {
            listings.add(id(&row.id), row, &interner);
        }
        self.end(Collector::Instances, Duration::ZERO, now, listings.finish());
    }

    /// Takes in summaries that the refresh with this number has read.
    fn summarise_in(&mut self, refresh: u32, rows: &[SummaryRow]) {
        let (mut summaries, interner) = (Summaries::default(), self.target.interner());
        for row in rows {
            summaries.add(id(&row.resource_id), row, &interner, refresh);
        }
        self.end(
            Collector::Compliance,
            Duration::ZERO,
            Duration::ZERO,
            summaries.finish(),
        );
    }

    fn summarise(&mut self, rows: &[SummaryRow]) {
        self.summarise_in(1, rows);
    }

    /// Takes in the tags of instances, each with one value for all keys.
    fn tags(&mut self, keys: &[&str], values: &[(&str, &str)], now: Duration) {
        let tags = self.tags_of(keys, values);
        self.end(Collector::Tags, Duration::ZERO, now, Collected::Tags(tags));
    }

    fn tags_of(&self, keys: &[&str], values: &[(&str, &str)]) -> InstanceTags {
        let interner = self.target.interner();
        let mut tags = InstanceTags::new(TagKeys::new(keys.iter().copied()));
        for (name, value) in values {
            let all = keys
                .iter()
                .map(|key| ((*key).to_owned(), (*value).to_owned()));
            let row = TagRow {
                resource_id: (*name).to_owned(),
                tags: all.collect(),
            };
            tags.add(id(name), &row, &interner);
        }
        tags
    }

    fn scan(&mut self, name: &str, row: Option<&PatchRow>, now: Duration) {
        let interner = self.target.interner();
        let data = Collected::Details(Box::new(read(
            name,
            row.map(|row| PatchCounts::from_row(row, &interner)),
        )));
        self.end(Collector::Patches, Duration::ZERO, now, data);
    }

    fn items(&mut self, name: &str, rows: &[ItemRow], now: Duration) {
        let interner = self.target.interner();
        let data = Collected::Details(Box::new(read(
            name,
            NoncompliantAssociation::from_rows(rows, &interner),
        )));
        self.end(Collector::Items, Duration::ZERO, now, data);
    }

    fn patch_items(&mut self, name: &str, rows: &[ItemRow], now: Duration) {
        let interner = self.target.interner();
        let patches = NoncompliantPatch::from_rows(rows, &interner);
        let data = Collected::Details(Box::new(read(name, patches)));
        self.end(Collector::PatchDetails, Duration::ZERO, now, data);
    }

    /// Drops what is too old while no refresh is under way.
    fn expire(&mut self, now: Duration) -> (Option<Duration>, bool) {
        self.target.end_refresh();
        self.expire_now(now)
    }

    /// Drops what is too old, even if a refresh is under way.
    fn expire_now(&mut self, now: Duration) -> (Option<Duration>, bool) {
        let expiry = self.target.expire(at(now));
        (expiry.next, expiry.has_dropped)
    }

    fn instance(&self, name: &str) -> &Instance {
        self.target
            .instances()
            .find(|instance| &*instance.id == name)
            .expect("the instance is known")
    }

    fn unreported(&self, name: &str, compliance_type: &str) -> bool {
        self.target
            .is_unreported(self.instance(name), &named(compliance_type))
    }

    fn noncompliance_reasons(&self, name: &str, compliance_type: &str) -> Vec<&'static str> {
        let instance = self.instance(name);
        let summary = instance
            .summary(&named(compliance_type))
            .expect("there is a summary");
        noncompliance_reasons(instance, summary)
            .into_iter()
            .map(NoncomplianceReason::as_str)
            .collect()
    }

    fn types(&self, name: &str) -> Vec<&str> {
        self.instance(name)
            .summaries
            .iter()
            .map(|summary| summary.compliance_type().as_str())
            .collect()
    }
}

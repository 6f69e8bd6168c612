//! Targets of hand-written rows, for the tests of pages.

use std::sync::Arc;
use std::time::Duration;

use crate::http::{FleetSnapshot, TargetRow, TargetSnapshot, TargetState};
use crate::metrics::{Identity, Policy, ShownInstances, TagLabel};
use crate::model::{
    AgeLimits, Attempt, Collected, Collector, InstanceRow, InstanceTags, ItemRow, Listings,
    NoncompliantAssociation, Now, Outcome, PartialRead, PatchCounts, PatchRow, Selection,
    Summaries, SummaryRow, TagKeys, TagRow, Target, Timestamp,
};

/// The time of the tests.
pub(super) const NOW_MILLIS: i64 = 1_763_200_000_000;
const HOUR_MILLIS: i64 = 3_600_000;

/// A fleet of these targets.
pub(super) fn fleet_of(targets: Vec<TargetSnapshot>) -> FleetSnapshot {
    FleetSnapshot {
        unlisted: Vec::new(),
        targets,
        policy: Policy {
            instances: ShownInstances::All,
            include_unlisted: false,
            selection: Selection::everything(),
            max_patch_info_series: 0,
            tag_labels: vec![TagLabel {
                key: "Team".to_owned(),
                name: "tag_Team".to_owned(),
            }],
            tag_compliance: Vec::new(),
        },
        now: Timestamp::from_millis(NOW_MILLIS),
    }
}

/// A time so many hours ago.
pub(super) fn hours_ago(hours: i64) -> Option<Timestamp> {
    Timestamp::from_millis(NOW_MILLIS - hours * HOUR_MILLIS)
}

/// The rows of one target.
#[derive(Default)]
pub(super) struct Rows {
    pub(super) instances: Vec<InstanceRow>,
    pub(super) summaries: Vec<SummaryRow>,
    pub(super) patches: Vec<PatchRow>,
    /// Instances with their non-compliant associations.
    pub(super) items: Vec<(&'static str, Vec<ItemRow>)>,
    /// Instances with their tags `Team`.
    pub(super) teams: Vec<(&'static str, &'static str)>,
}

impl Rows {
    /// A target that has read these rows.
    pub(super) fn target(&self) -> Target {
        let hour = Duration::from_hours(1);
        let mut target = Target::new(AgeLimits {
            stale_after: hour,
            interval: hour,
            full_every: hour,
        });
        target.begin_refresh(now());
        self.apply_all(&mut target);
        target.end_refresh();
        target
    }

    fn apply_all(&self, target: &mut Target) {
        let interner = target.interner();
        let mut listings = Listings::default();
        for row in &self.instances {
            listings.add(target.resource_id(&row.id), row, &interner);
        }
        apply(target, Collector::Instances, listings.finish());
        let mut summaries = Summaries::default();
        for row in &self.summaries {
            summaries.add(target.resource_id(&row.resource_id), row, &interner, 1);
        }
        apply(target, Collector::Compliance, summaries.finish());
        let patches = self.patches.iter().map(|row| {
            let counts = Some(PatchCounts::from_row(row, &interner));
            (target.resource_id(&row.id), counts)
        });
        let patches = details(patches.collect());
        apply(target, Collector::Patches, patches);
        let items = self.items.iter().map(|(id, rows)| {
            let associations = NoncompliantAssociation::from_rows(rows, &interner);
            (target.resource_id(id), associations)
        });
        let items = details(items.collect());
        apply(target, Collector::Items, items);
        let mut tags = InstanceTags::new(TagKeys::new(["Team"]));
        for (id, team) in &self.teams {
            tags.add(target.resource_id(id), &tag_row(team), &interner);
        }
        apply(target, Collector::Tags, Collected::Tags(tags));
    }

    /// A target in this account and region that has read these rows and is up.
    pub(super) fn up_in(&self, account_id: &str, region: &str) -> TargetSnapshot {
        let account_name = "production".to_owned();
        TargetSnapshot {
            identity: Identity {
                account_id: account_id.to_owned(),
                account_name: account_name.clone(),
                region: region.to_owned(),
            },
            row: TargetRow {
                account_id: account_id.to_owned(),
                account_name,
                region: region.to_owned(),
                state: TargetState::Up,
                age: Some(Duration::from_secs(61)),
                ..TargetRow::default()
            },
            target: Some(self.target()),
        }
    }
}

fn tag_row(team: &str) -> TagRow {
    TagRow {
        resource_id: String::new(),
        tags: vec![("Team".to_owned(), team.to_owned())],
    }
}

fn now() -> Now {
    Now {
        since_start: Duration::ZERO,
        wall: Timestamp::from_millis(NOW_MILLIS),
    }
}

fn details<T: crate::model::DetailContent>(mut rows: Vec<(Arc<str>, T)>) -> Collected {
    rows.sort_by(|(a, _), (b, _)| a.cmp(b));
    let unread = <_>::default();
    Collected::Details(Box::new(PartialRead { rows, unread }))
}

fn apply(target: &mut Target, collector: Collector, data: Collected) {
    let outcome = Outcome {
        collector,
        attempt: Attempt::succeeded(0, Duration::ZERO),
        data: Some(data),
    };
    target.apply(outcome, now());
}

/// A listed instance.
pub(super) fn listed(id: &str, computer_name: &str) -> InstanceRow {
    InstanceRow {
        id: id.to_owned(),
        computer_name: computer_name.to_owned(),
        ip_address: "10.0.0.7".to_owned(),
        platform_type: "Linux".to_owned(),
        platform_name: "Amazon Linux".to_owned(),
        platform_version: "2023".to_owned(),
        ping_status: "Online".to_owned(),
        last_ping: hours_ago(0),
        ..InstanceRow::default()
    }
}

/// A summary with so many non-compliant items; compliant if there are none.
pub(super) fn summary(id: &str, compliance_type: &str, items: i64) -> SummaryRow {
    let status = if items > 0 {
        "NON_COMPLIANT"
    } else {
        "COMPLIANT"
    };
    let mut row = SummaryRow {
        resource_id: id.to_owned(),
        compliance_type: compliance_type.to_owned(),
        status: status.to_owned(),
        execution_time: hours_ago(5),
        ..SummaryRow::default()
    };
    row.noncompliant.total = items;
    row
}

/// The patch state of an instance on which so many patches are missing and have failed.
pub(super) fn patch_state(id: &str, missing: i64, failed: i64) -> PatchRow {
    let mut row = PatchRow {
        id: id.to_owned(),
        operation: "Scan".to_owned(),
        baseline_id: "pb-0123456789abcdef0".to_owned(),
        operation_end: hours_ago(5),
        ..PatchRow::default()
    };
    row.counts = [0; 8].map(Some);
    row.counts[0] = Some(missing);
    row.counts[1] = Some(failed);
    row
}

/// A non-compliant association.
pub(super) fn item(association_id: &str, document: &str) -> ItemRow {
    ItemRow {
        compliance_type: "Association".to_owned(),
        id: association_id.to_owned(),
        severity: "HIGH".to_owned(),
        status: "NON_COMPLIANT".to_owned(),
        details: [("DocumentName".to_owned(), document.to_owned())].into(),
        ..ItemRow::default()
    }
}

//! The data of the scripted AWS, and what a target should know of it.

use std::collections::{BTreeMap, BTreeSet};

use super::{ASSOCIATION, PATCH};
use crate::model::{
    AssociationRow, BaselineRow, Collector, InstanceRow, ItemRow, PatchRow, PatchState, Status,
    SummaryRow, TagRow, Target, TotalsRow,
};

/// The rows that AWS has for an account and region.
#[derive(Clone, Debug, Default)]
pub(super) struct ScriptedTarget {
    pub(super) instances: Vec<InstanceRow>,
    pub(super) summaries: Vec<SummaryRow>,
    pub(super) totals: Vec<TotalsRow>,
    pub(super) patches: BTreeMap<String, PatchRow>,
    pub(super) items: BTreeMap<String, Vec<ItemRow>>,
    pub(super) baselines: Vec<BaselineRow>,
    pub(super) associations: Vec<AssociationRow>,
    pub(super) tags: Vec<TagRow>,
}

/// What is known of one resource, or should be.
#[expect(
    clippy::option_option,
    reason = "whether patch counts were read, and whether AWS has any"
)]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) listed: bool,
    /// Whether the resource is compliant, for each compliance type.
    pub(super) summaries: BTreeMap<String, bool>,
    /// The number of missing patches, or `None` if it was not read. The inner `None` is for an
    /// instance that was never scanned.
    pub(super) missing: Option<Option<u32>>,
    /// The ids of non-compliant associations, or `None` if they were not read.
    pub(super) items: Option<Vec<String>>,
}

pub(super) fn id(number: usize) -> String {
    format!("i-{number:05}")
}

fn summary(id: &str, compliance_type: &str, compliant: bool) -> SummaryRow {
    let status = if compliant {
        "COMPLIANT"
    } else {
        "NON_COMPLIANT"
    }
    .to_owned();
    SummaryRow {
        resource_id: id.into(),
        compliance_type: compliance_type.into(),
        status,
        ..<_>::default()
    }
}

impl ScriptedTarget {
    /// Creates so many compliant instances, each of which has been scanned.
    pub(super) fn fleet(count: usize) -> Self {
        let mut scripted = Self::default();
        (0..count).for_each(|number| scripted.add(&id(number)));
        scripted.settle();
        scripted
    }

    /// Adds an instance that is listed, scanned and compliant.
    pub(super) fn add(&mut self, id: &str) {
        let online = InstanceRow {
            ping_status: "Online".into(),
            association_status: "Success".into(),
            ..<_>::default()
        };
        self.instances.push(InstanceRow {
            id: id.into(),
            ..online
        });
        self.summaries
            .extend([PATCH, ASSOCIATION].map(|compliance_type| summary(id, compliance_type, true)));
        self.set_missing(id, 0);
    }

    /// Adds a resource that only the compliance views have.
    pub(super) fn add_unlisted(&mut self, id: &str) {
        self.set(id, PATCH, false);
        self.set(id, ASSOCIATION, false);
        self.set_missing(id, 9);
    }

    /// Sets a summary.
    pub(super) fn set(&mut self, id: &str, compliance_type: &str, compliant: bool) {
        self.unset(id, compliance_type);
        self.summaries.push(summary(id, compliance_type, compliant));
    }

    pub(super) fn unset(&mut self, id: &str, compliance_type: &str) {
        self.summaries
            .retain(|row| row.resource_id != id || row.compliance_type != compliance_type);
    }

    pub(super) fn set_missing(&mut self, id: &str, missing: i64) {
        let mut counts = [Some(0); PatchState::ALL.len()];
        counts[0] = Some(missing);
        self.patches.insert(
            id.into(),
            PatchRow {
                id: id.into(),
                counts,
                ..<_>::default()
            },
        );
    }

    /// Makes an instance non-compliant for one association.
    pub(super) fn fail_association(&mut self, id: &str) {
        self.set(id, ASSOCIATION, false);
        let status = "NON_COMPLIANT".to_owned();
        let row = ItemRow {
            id: format!("of-{id}"),
            compliance_type: ASSOCIATION.into(),
            severity: "HIGH".into(),
            status,
            details: [("DocumentName".to_owned(), "Mine".to_owned())].into(),
            ..<_>::default()
        };
        self.items.insert(id.into(), vec![row]);
    }

    /// Makes an instance lack patches of these ids.
    pub(super) fn lack_patches(&mut self, id: &str, patches: &[&str]) {
        self.set(id, PATCH, false);
        let row = |patch: &&str| ItemRow {
            id: (*patch).into(),
            compliance_type: PATCH.into(),
            status: "NON_COMPLIANT".into(),
            details: [("PatchState".to_owned(), "Missing".to_owned())].into(),
            ..<_>::default()
        };
        let items = self.items.entry(id.into()).or_default();
        items.retain(|item| item.compliance_type != PATCH);
        items.extend(patches.iter().map(row));
    }

    pub(super) fn unlist(&mut self, id: &str) {
        self.instances.retain(|row| row.id != id);
    }

    /// Makes the views agree, as AWS's do after a while: the totals name every type that has a
    /// summary, and a summary changes with the details that explain it.
    pub(super) fn settle(&mut self) {
        for row in &mut self.summaries {
            let id = &row.resource_id;
            row.execution_id = match row.compliance_type.as_str() {
                PATCH => format!(
                    "{:?} {:?}",
                    self.patches.get(id).map(|patches| patches.counts),
                    items_of(&self.items, id, PATCH),
                ),
                ASSOCIATION => format!("{:?}", items_of(&self.items, id, ASSOCIATION)),
                _ => String::new(),
            };
        }
        let types: BTreeSet<&str> = self
            .summaries
            .iter()
            .map(|row| row.compliance_type.as_str())
            .collect();
        let count = |compliance_type: &str| {
            let of = |status| {
                let rows = self
                    .summaries
                    .iter()
                    .filter(|row| row.compliance_type == compliance_type && row.status == status);
                rows.map(|_| 1_i64).sum()
            };
            let (compliant, noncompliant) = (of("COMPLIANT"), of("NON_COMPLIANT"));
            TotalsRow {
                compliance_type: compliance_type.into(),
                compliant,
                noncompliant,
            }
        };
        self.totals = types.into_iter().map(count).collect();
    }

    /// Returns what a target knows that has read everything.
    pub(super) fn known(&self) -> BTreeMap<String, Known> {
        let mut known = BTreeMap::<String, Known>::new();
        for row in &self.summaries {
            let summaries = &mut known.entry(row.resource_id.clone()).or_default().summaries;
            summaries.insert(row.compliance_type.clone(), row.status == "COMPLIANT");
        }
        for row in &self.instances {
            let instance = known.entry(row.id.clone()).or_default();
            instance.listed = true;
            instance.missing = Some(
                self.patches
                    .get(&row.id)
                    .and_then(|row| row.counts[0]?.try_into().ok()),
            );
            let unwell = instance.summaries.get(ASSOCIATION) == Some(&false);
            let items = || {
                items_of(&self.items, &row.id, ASSOCIATION)
                    .into_iter()
                    .map(|item| item.id.clone())
                    .collect()
            };
            instance.items = unwell.then(items);
        }
        known
    }
}

/// Returns the items that a resource has of one compliance type.
fn items_of<'a>(
    items: &'a BTreeMap<String, Vec<ItemRow>>,
    id: &str,
    compliance_type: &str,
) -> Vec<&'a ItemRow> {
    let all = items.get(id).into_iter().flatten();
    all.filter(|item| item.compliance_type == compliance_type)
        .collect()
}

/// Returns what the target knows of each resource.
pub(super) fn known(target: &Target) -> BTreeMap<String, Known> {
    let ids: Vec<_> = target.instances().map(|instance| &instance.id).collect();
    assert!(
        ids.is_sorted_by(|a, b| a < b),
        "ids are in order, and each is there once: {ids:?}"
    );
    let known = target.instances().map(|instance| {
        let types = instance.summaries.iter().map(|s| {
            (
                s.compliance_type().to_string(),
                s.status() == Status::Compliant,
            )
        });
        let missing = |state: &crate::model::PatchCounts| state.counts[0].get();
        let known = Known {
            listed: instance.listing.is_some(),
            summaries: types.collect(),
            missing: instance
                .patches
                .as_ref()
                .map(|patches| patches.content.as_ref().and_then(missing)),
            items: (instance.items.as_ref()).map(|items| {
                items
                    .content
                    .iter()
                    .map(|one| one.association_id.to_string())
                    .collect()
            }),
        };
        (instance.id.to_string(), known)
    });
    known.collect()
}

/// Returns the result of each collector's last attempt, by name.
pub(super) fn results(target: &Target) -> BTreeMap<&'static str, Result<(), &'static str>> {
    let result = |collector: Collector| {
        let attempt = target.collector(collector).attempt?;
        Some((
            collector.as_str(),
            attempt.result.map_err(crate::model::FailureReason::as_str),
        ))
    };
    Collector::ALL.into_iter().filter_map(result).collect()
}

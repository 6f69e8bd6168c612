//! What the scripted AWS knows, and what a target should know of it.

use std::collections::{BTreeMap, BTreeSet};

use super::{ASSOCIATION, PATCH};
use crate::model::{
    AssociationRow, BaselineRow, Collector, InstanceRow, ItemRow, PatchRow, PatchState, Status,
    SummaryRow, Target, TotalsRow,
};

/// The rows of an account and region.
#[derive(Clone, Debug, Default)]
pub(super) struct ScriptedTarget {
    pub(super) instances: Vec<InstanceRow>,
    pub(super) summaries: Vec<SummaryRow>,
    pub(super) totals: Vec<TotalsRow>,
    pub(super) patches: BTreeMap<String, PatchRow>,
    pub(super) items: BTreeMap<String, Vec<ItemRow>>,
    pub(super) baselines: Vec<BaselineRow>,
    pub(super) associations: Vec<AssociationRow>,
}

/// What is known, or should be, of one resource.
#[expect(clippy::option_option, reason = "asked for, and there")]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) listed: bool,
    /// Compliance types, and whether each is compliant.
    pub(super) summaries: BTreeMap<String, bool>,
    /// The count of missing patches, if asked for; of an instance that was scanned.
    pub(super) missing: Option<Option<u32>>,
    /// Ids of non-compliant associations, if asked for.
    pub(super) items: Option<Vec<String>>,
}

pub(super) fn id(number: usize) -> String {
    format!("i-{number:05}")
}

fn summary(id: &str, kind: &str, compliant: bool) -> SummaryRow {
    let status = if compliant {
        "COMPLIANT"
    } else {
        "NON_COMPLIANT"
    }
    .to_owned();
    SummaryRow {
        resource_id: id.into(),
        compliance_type: kind.into(),
        status,
        ..<_>::default()
    }
}

impl ScriptedTarget {
    /// Compliant instances, each scanned, with one page of types.
    pub(super) fn fleet(count: usize) -> Self {
        let mut world = Self::default();
        (0..count).for_each(|number| world.add(&id(number)));
        world.settle();
        world
    }

    /// A listed, scanned and compliant instance.
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
            .extend([PATCH, ASSOCIATION].map(|kind| summary(id, kind, true)));
        self.set_missing(id, 0);
    }

    /// A resource that only the compliance views list.
    pub(super) fn add_ghost(&mut self, id: &str) {
        self.set(id, PATCH, false);
        self.set(id, ASSOCIATION, false);
        self.set_missing(id, 9);
    }

    /// Sets a summary.
    pub(super) fn set(&mut self, id: &str, kind: &str, compliant: bool) {
        self.unset(id, kind);
        self.summaries.push(summary(id, kind, compliant));
    }

    pub(super) fn unset(&mut self, id: &str, kind: &str) {
        self.summaries
            .retain(|row| row.resource_id != id || row.compliance_type != kind);
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
            document: "Mine".into(),
            severity: "HIGH".into(),
            status,
        };
        self.items.insert(id.into(), vec![row]);
    }

    pub(super) fn unlist(&mut self, id: &str) {
        self.instances.retain(|row| row.id != id);
    }

    /// Lets the totals name every type that has a summary, and summaries change with what explains
    /// them, as AWS's do.
    pub(super) fn settle(&mut self) {
        for row in &mut self.summaries {
            let id = &row.resource_id;
            row.execution_id = match row.compliance_type.as_str() {
                PATCH => format!("{:?}", self.patches.get(id).map(|patches| patches.counts)),
                ASSOCIATION => format!("{:?}", self.items.get(id)),
                _ => String::new(),
            };
        }
        let types: BTreeSet<&str> = self
            .summaries
            .iter()
            .map(|row| row.compliance_type.as_str())
            .collect();
        let count = |kind: &str| {
            let of = |status| {
                let rows = self
                    .summaries
                    .iter()
                    .filter(|row| row.compliance_type == kind && row.status == status);
                rows.map(|_| 1_i64).sum()
            };
            let (compliant, noncompliant) = (of("COMPLIANT"), of("NON_COMPLIANT"));
            TotalsRow {
                compliance_type: kind.into(),
                compliant,
                noncompliant,
            }
        };
        self.totals = types.into_iter().map(count).collect();
    }

    /// What a target knows that has read everything.
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
                self.items
                    .get(&row.id)
                    .into_iter()
                    .flatten()
                    .map(|item| item.id.clone())
                    .collect()
            };
            instance.items = unwell.then(items);
        }
        known
    }
}

/// What the target knows, resource by resource.
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

/// The result of each collector's last attempt, by name.
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

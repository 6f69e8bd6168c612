//! Random changes of a simulated account, drawn before they are applied.

use std::fmt;

use ssm_simulator::rows::{Item, Summary};
use ssm_simulator::{ResourceTruth, Simulator};

use crate::support::TARGETS;

/// A change of one resource.
pub(crate) struct Change {
    pub(crate) kind: Kind,
    /// Position of its target in [`TARGETS`].
    pub(crate) target: usize,
    pub(crate) id: String,
    /// The rows after the listing and the summaries have changed, but the details have not.
    pub(crate) halfway: Option<ResourceTruth>,
    /// The rows after everything has changed.
    pub(crate) after: Option<ResourceTruth>,
}

/// What happens to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The instance is listed no more, but its compliance stays.
    Stop,
    /// Nothing is left of the instance.
    Terminate,
    /// An instance that was stopped or terminated is back, and has been scanned meanwhile.
    Return,
    /// A new instance appears.
    Appear,
    /// A scan finds another number of missing patches.
    Rescan,
    /// A scan finds as many missing patches, but other ones.
    RescanAlike,
    /// An association that was compliant is not any more, or the other way round.
    Associate,
    /// As many associations are non-compliant, but other ones.
    AssociateAlike,
    /// The patch counts change, and the summary stays the same.
    SilentPatches,
    /// The items change, and the summary stays the same.
    SilentItems,
}

/// Makes changes. From equal accounts equal seeds make equal changes.
pub(crate) struct Generator {
    state: u64,
    /// Instances that were taken away in earlier rounds: target, id, last rows.
    gone: Vec<(usize, String, ResourceTruth)>,
    /// Instances that were taken away in this round.
    going: Vec<(usize, String, ResourceTruth)>,
}

impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {}", self.kind, self.id)
    }
}

impl Kind {
    const VISIBLE: [Self; 8] = [
        Self::Stop,
        Self::Terminate,
        Self::Return,
        Self::Appear,
        Self::Rescan,
        Self::RescanAlike,
        Self::Associate,
        Self::AssociateAlike,
    ];
    const SILENT: [Self; 2] = [Self::SilentPatches, Self::SilentItems];
}

impl Generator {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            state: seed,
            gone: Vec::new(),
            going: Vec::new(),
        }
    }

    /// The next number of `SplitMix64`.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    pub(crate) fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        let index = usize::try_from(self.below(of.len() as u64)).unwrap();
        of[index].clone()
    }

    /// So many changes in each target, of as many resources, each of which shows in the listing or
    /// in a summary.
    pub(crate) fn visible(&mut self, aws: &Simulator, count: usize) -> Vec<Change> {
        self.some(aws, count, &Kind::VISIBLE)
    }

    /// Changes that can only be seen by reading the details again.
    pub(crate) fn silent(&mut self, aws: &Simulator, count: usize) -> Vec<Change> {
        self.some(aws, count, &Kind::SILENT)
    }

    pub(crate) fn rescans(&mut self, aws: &Simulator, count: usize) -> Vec<Change> {
        self.some(aws, count, &[Kind::Rescan])
    }

    fn some(&mut self, aws: &Simulator, count: usize, kinds: &[Kind]) -> Vec<Change> {
        let mut changes = Vec::new();
        self.gone.append(&mut self.going);
        for (target, (account, region, _)) in TARGETS.into_iter().enumerate() {
            let instances = aws.outline(account, region).instances;
            let mut listed: Vec<String> =
                instances.into_iter().map(|row| row.instance_id).collect();
            let wanted = changes.len() + count;
            // Not every kind of change fits every instance.
            while changes.len() < wanted && listed.len() > 10 {
                let id = self.pick(&listed);
                listed.retain(|other| *other != id);
                let rows = aws.resource(account, region, &id).unwrap();
                let kind = self.pick(kinds);
                changes.extend(self.change(kind, target, id, rows));
            }
        }
        changes
    }

    fn change(
        &mut self,
        kind: Kind,
        target: usize,
        id: String,
        before: ResourceTruth,
    ) -> Option<Change> {
        let mut after = before.clone();
        match kind {
            Kind::Stop | Kind::Terminate => {
                self.going.push((target, id.clone(), before));
                after.instance = None;
                let after = (kind == Kind::Stop).then_some(after);
                return Some(Change {
                    kind,
                    target,
                    id,
                    halfway: after.clone(),
                    after,
                });
            }
            Kind::Return => {
                let index = self.gone.iter().position(|(of, ..)| *of == target)?;
                let (_, id, before) = self.gone.remove(index);
                let mut after = before.clone();
                self.rescan(&mut after, true);
                return Some(Change::new(kind, target, id, &before, after));
            }
            Kind::Appear => {
                let id = format!("i-0{:016x}", self.next());
                rename(&mut after, &id);
                let nothing = ResourceTruth::default();
                return Some(Change::new(kind, target, id, &nothing, after));
            }
            Kind::Rescan => self.rescan(&mut after, true),
            Kind::RescanAlike => self.rescan(&mut after, false),
            Kind::Associate => associate(&mut after),
            Kind::AssociateAlike => move_associations(&mut after, true),
            Kind::SilentPatches => after
                .patch_state
                .iter_mut()
                .for_each(|state| state.missing_count += 3),
            Kind::SilentItems => move_associations(&mut after, false),
        }
        (after != before).then(|| Change::new(kind, target, id, &before, after))
    }

    /// Another scan, either with other counts or only at another time.
    fn rescan(&mut self, rows: &mut ResourceTruth, counts: bool) {
        let more = i32::try_from(self.below(4)).unwrap() + 1;
        let Some(summary) = rows
            .summaries
            .iter_mut()
            .find(|row| row.compliance_type == "Patch")
        else {
            return;
        };
        let Some(state) = rows.patch_state.as_mut() else {
            return;
        };
        summary.execution_summary.execution_time += 1.0;
        state.operation_end_time += 1.0;
        if counts {
            let heal = state.missing_count > 0 && more % 2 == 0;
            let missing = if heal { 0 } else { state.missing_count + more };
            let part = &mut summary.non_compliant_summary;
            part.non_compliant_count += missing - state.missing_count;
            part.severity_summary.unspecified_count = part.non_compliant_count;
            state.missing_count = missing;
            let bad = part.non_compliant_count > 0;
            if bad { "NON_COMPLIANT" } else { "COMPLIANT" }.clone_into(&mut summary.status);
        } else {
            state.installed_count += more;
            state.critical_non_compliant_count += 1;
        }
    }
}

impl Change {
    fn new(
        kind: Kind,
        target: usize,
        id: String,
        before: &ResourceTruth,
        after: ResourceTruth,
    ) -> Self {
        let halfway = ResourceTruth {
            patch_state: before.patch_state.clone(),
            items: before.items.clone(),
            patches: before.patches.clone(),
            ..after.clone()
        };
        Self {
            kind,
            target,
            id,
            halfway: Some(halfway),
            after: Some(after),
        }
    }
}

fn rename(rows: &mut ResourceTruth, id: &str) {
    rows.instance
        .iter_mut()
        .for_each(|row| id.clone_into(&mut row.instance_id));
    rows.patch_state
        .iter_mut()
        .for_each(|row| id.clone_into(&mut row.instance_id));
    rows.summaries
        .iter_mut()
        .for_each(|row| id.clone_into(&mut row.resource_id));
    rows.items
        .iter_mut()
        .for_each(|row| id.clone_into(&mut row.resource_id));
    rows.patches
        .iter_mut()
        .for_each(|row| id.clone_into(&mut row.instance_id));
    rows.instance_associations
        .iter_mut()
        .for_each(|row| id.clone_into(&mut row.instance_id));
}

fn summary(rows: &mut ResourceTruth) -> Option<&mut Summary> {
    rows.summaries
        .iter_mut()
        .find(|row| row.compliance_type == "Association")
}

fn association_items(rows: &mut ResourceTruth) -> Vec<&mut Item> {
    rows.items
        .iter_mut()
        .filter(|item| item.compliance_type == "Association")
        .collect()
}

/// Makes all associations compliant, or the first one non-compliant.
fn associate(rows: &mut ResourceTruth) {
    let Some(row) = summary(rows) else { return };
    row.execution_summary.execution_time += 1.0;
    let heal = row.status == "NON_COMPLIANT";
    let all = row.compliant_summary.compliant_count + row.non_compliant_summary.non_compliant_count;
    let bad = i32::from(!heal && all > 0);
    let status = |bad: bool| if bad { "NON_COMPLIANT" } else { "COMPLIANT" };
    status(bad > 0).clone_into(&mut row.status);
    (
        row.compliant_summary.compliant_count,
        row.non_compliant_summary.non_compliant_count,
    ) = (all - bad, bad);
    row.compliant_summary.severity_summary.unspecified_count = all - bad;
    row.non_compliant_summary.severity_summary.unspecified_count = bad;
    for (number, item) in association_items(rows).into_iter().enumerate() {
        status(bad > 0 && number == 0).clone_into(&mut item.status);
    }
}

/// Makes as many associations non-compliant, but other ones. If the change is `visible`, the time
/// of the summary tells of it.
fn move_associations(rows: &mut ResourceTruth, visible: bool) {
    let Some(row) = summary(rows).filter(|row| row.status == "NON_COMPLIANT") else {
        return;
    };
    row.execution_summary.execution_time += f64::from(u8::from(visible));
    for item in association_items(rows) {
        let other = if item.severity == "HIGH" {
            "LOW"
        } else {
            "HIGH"
        };
        other.clone_into(&mut item.severity);
        item.details.insert(
            "DocumentName".to_owned(),
            format!("Another-{}", item.details["DocumentName"]),
        );
    }
}

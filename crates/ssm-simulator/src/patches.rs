//! Patches of one node: which there are, as items, as rows, and counted.

use std::collections::BTreeMap;

use super::catalogue::{AWS_BASELINES, OWN_BASELINES, PACKAGES, UPDATES};
use super::node::{Condition, Names, NodeSnapshot, Quirk};
use super::random;
use super::rows::{Baseline, ExecutionSummary, Item, Patch, PatchState};
use super::tally::{ItemStatus, NON_COMPLIANT, UNSPECIFIED};
use super::time;

/// A state of a patch, in the order of listing. AWS sends them in this spelling, not in that of its
/// model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ListedState {
    Installed,
    InstalledOther,
    InstalledPendingReboot,
    InstalledRejected,
    Missing,
    Failed,
    AvailableSecurityUpdate,
    NotApplicable,
    /// No state at all: an item that somebody put by hand.
    Manual,
}

impl ListedState {
    const ALL: [Self; 9] = [
        Self::Installed,
        Self::InstalledOther,
        Self::InstalledPendingReboot,
        Self::InstalledRejected,
        Self::Missing,
        Self::Failed,
        Self::AvailableSecurityUpdate,
        Self::NotApplicable,
        Self::Manual,
    ];

    fn name(self) -> String {
        format!("{self:?}")
    }
}

/// One patch of one node, before any text is made of it.
#[derive(Clone, Copy)]
struct Seed {
    state: ListedState,
    ordinal: u32,
    verdict: ItemStatus,
    classification: &'static str,
    patch_severity: &'static str,
}

impl<'a> NodeSnapshot<'a> {
    /// Patches in a state.
    fn count(&self, state: ListedState) -> u32 {
        let (node, condition) = (self.node, self.condition);
        let if_has = |reason, count| {
            if condition.has(reason) {
                1 + node.roll("count", count)
            } else {
                0
            }
        };
        match state {
            ListedState::Installed => 20 + node.roll("installed", 40),
            ListedState::InstalledOther => 3 + node.roll("other", 20),
            ListedState::InstalledPendingReboot => if_has(Condition::REBOOT, 3),
            ListedState::InstalledRejected => if_has(Condition::REJECTED, 2),
            ListedState::Missing => if_has(Condition::MISSING, 6),
            ListedState::Failed => if_has(Condition::FAILED, 2),
            ListedState::AvailableSecurityUpdate if condition.has(Condition::SECURITY) => {
                1 + node.roll("count", 3)
            }
            ListedState::AvailableSecurityUpdate if node.is_windows() => node.roll("available", 3),
            ListedState::NotApplicable if node.is_windows() => 20 + node.roll("inapplicable", 40),
            ListedState::AvailableSecurityUpdate | ListedState::NotApplicable => 0,
            ListedState::Manual => u32::from(condition.has(Condition::UNEXPLAINED)),
        }
    }

    fn seeds(self) -> impl Iterator<Item = Seed> + use<'a> {
        let own = self.own_baseline().is_some();
        ListedState::ALL.into_iter().flat_map(move |state| {
            (0..self.count(state)).map(move |ordinal| self.seed(state, ordinal, own))
        })
    }

    fn seed(&self, state: ListedState, ordinal: u32, own_baseline: bool) -> Seed {
        let (classification, patch_severity) = self.kind_of(state, ordinal);
        let severity = match (patch_severity, state) {
            _ if !own_baseline => UNSPECIFIED,
            (_, ListedState::InstalledOther | ListedState::NotApplicable | ListedState::Manual) => {
                UNSPECIFIED
            }
            ("Critical", _) => "CRITICAL",
            ("Important", _) => "HIGH",
            _ => "MEDIUM",
        };
        let verdict = match state {
            ListedState::NotApplicable => ItemStatus {
                status: "",
                severity,
            },
            ListedState::Installed | ListedState::InstalledOther => ItemStatus::new(true, severity),
            ListedState::AvailableSecurityUpdate => {
                ItemStatus::new(!self.condition.has(Condition::SECURITY), severity)
            }
            _ => ItemStatus::new(false, severity),
        };
        Seed {
            state,
            ordinal,
            verdict,
            classification,
            patch_severity,
        }
    }

    /// Classification and the vendor's severity; AWS leaves both out where the baseline says
    /// nothing.
    fn kind_of(&self, state: ListedState, ordinal: u32) -> (&'static str, &'static str) {
        if matches!(
            state,
            ListedState::InstalledOther | ListedState::NotApplicable | ListedState::Manual
        ) {
            return ("", "");
        }
        let number = Self::number(state, ordinal) as usize;
        let (_, classification, severity) = if self.node.is_windows() {
            UPDATES[number % UPDATES.len()]
        } else {
            PACKAGES[number % PACKAGES.len()]
        };
        (classification, severity)
    }

    /// Which patch of the world the `ordinal`th one in a state is, so that nodes miss the same
    /// patches.
    fn number(state: ListedState, ordinal: u32) -> u32 {
        let base = ListedState::ALL
            .iter()
            .position(|known| *known == state)
            .unwrap_or(0);
        u32::try_from(base).unwrap_or(0) * 100 + ordinal
    }

    /// Status and severity of each Patch item.
    pub(super) fn patch_verdicts(self) -> impl Iterator<Item = ItemStatus> + use<'a> {
        self.seeds().map(|seed| seed.verdict)
    }

    /// What the last patch operation was.
    pub(super) fn patch_execution(&self) -> ExecutionSummary {
        let policy = self.node.patch_group().is_empty() && self.node.roll("policy", 6) == 0;
        ExecutionSummary {
            execution_time: self.scanned(),
            execution_id: Some(self.run_id("command")),
            execution_type: Some(if policy { "PatchPolicy" } else { "Command" }.to_owned()),
        }
    }

    /// Items of type Patch.
    pub(super) fn patch_items(self) -> impl Iterator<Item = Item> + use<'a> {
        let (id, execution, baseline) =
            (self.node.id(), self.patch_execution(), self.baseline_id());
        self.seeds().map(move |seed| {
            let patch = self.patch(&seed, &id);
            let details = if seed.state == ListedState::Manual {
                BTreeMap::new()
            } else {
                self.details(&patch, &baseline)
            };
            Item {
                compliance_type: "Patch".to_owned(),
                resource_type: "ManagedInstance".to_owned(),
                resource_id: id.clone(),
                id: patch.kb_id,
                title: patch.title,
                status: seed.verdict.status.to_owned(),
                severity: seed.verdict.severity.to_owned(),
                execution_summary: execution.clone(),
                details,
            }
        })
    }

    fn details(&self, patch: &Patch, baseline: &str) -> BTreeMap<String, String> {
        let mut details = BTreeMap::from([
            ("PatchState".to_owned(), patch.state.clone()),
            ("Classification".to_owned(), patch.classification.clone()),
            ("PatchSeverity".to_owned(), patch.severity.clone()),
            ("PatchBaselineId".to_owned(), baseline.to_owned()),
            ("PatchGroup".to_owned(), self.node.patch_group().to_owned()),
            ("InstalledTime".to_owned(), time::iso(patch.installed_time)),
        ]);
        if let Some(cves) = &patch.cve_ids {
            details.insert("CVEIds".to_owned(), cves.clone());
        }
        details
    }

    /// Rows of `DescribeInstancePatches`: what was put by hand is not among them.
    pub(super) fn patches(self) -> impl Iterator<Item = Patch> + use<'a> {
        let id = self.node.id();
        self.seeds()
            .filter(|seed| seed.state != ListedState::Manual)
            .map(move |seed| self.patch(&seed, &id))
    }

    fn patch(&self, seed: &Seed, id: &str) -> Patch {
        let number = Self::number(seed.state, seed.ordinal);
        let (kb_id, title) = self.patch_names(seed.state, number);
        let silent = matches!(
            seed.state,
            ListedState::InstalledOther | ListedState::NotApplicable
        );
        Patch {
            instance_id: id.to_owned(),
            title: if silent { String::new() } else { title },
            kb_id,
            classification: seed.classification.to_owned(),
            severity: seed.patch_severity.to_owned(),
            state: seed.state.name(),
            installed_time: self.installed_time(seed),
            cve_ids: matches!(seed.state, ListedState::Missing | ListedState::Failed)
                .then(|| format!("CVE-2026-{},CVE-2026-{}", 20_000 + number, 30_000 + number)),
        }
    }

    fn patch_names(&self, state: ListedState, number: u32) -> (String, String) {
        if state == ListedState::Manual {
            return ("manual-review".to_owned(), "Reviewed by hand".to_owned());
        }
        if self.node.is_windows() {
            let id = format!("KB{}", 5_030_000 + number * 7);
            let (title, ..) = UPDATES[number as usize % UPDATES.len()];
            return (id.clone(), format!("2026-10 {title} ({id})"));
        }
        let (package, ..) = PACKAGES[number as usize % PACKAGES.len()];
        let copy = number as usize / PACKAGES.len();
        let name = if copy == 0 {
            package.to_owned()
        } else {
            format!("{package}-{copy}")
        };
        (
            format!("{name}.x86_64"),
            format!("{name}.x86_64:0:3.{copy}.{number}-4"),
        )
    }

    fn installed_time(&self, seed: &Seed) -> f64 {
        match seed.state {
            ListedState::InstalledOther if self.node.is_windows() => time::YEAR_ONE,
            ListedState::Installed
            | ListedState::InstalledOther
            | ListedState::InstalledPendingReboot
            | ListedState::InstalledRejected => {
                self.scanned() - f64::from(86_400 * (1 + seed.ordinal % 90))
            }
            _ => 0.0,
        }
    }

    /// The row of `DescribeInstancePatchStates`.
    pub(super) fn patch_state(&self) -> Option<PatchState> {
        if !self.node.has_patches() {
            return None;
        }
        let count = |state| i32::try_from(self.count(state)).unwrap_or(0);
        let no_reboot = self.condition.has(Condition::REBOOT);
        let install = no_reboot || self.node.roll("operation", 4) == 0;
        let end = self.scanned();
        let (critical, security, other) = self.classes();
        Some(PatchState {
            instance_id: self.node.id(),
            patch_group: self.node.patch_group().to_owned(),
            baseline_id: self.baseline_id(),
            snapshot_id: self.run_id("snapshot"),
            installed_count: count(ListedState::Installed),
            installed_other_count: count(ListedState::InstalledOther),
            installed_pending_reboot_count: count(ListedState::InstalledPendingReboot),
            installed_rejected_count: count(ListedState::InstalledRejected),
            missing_count: count(ListedState::Missing),
            failed_count: count(ListedState::Failed),
            unreported_not_applicable_count: if self.node.is_windows() { 11 } else { -1 },
            not_applicable_count: count(ListedState::NotApplicable),
            available_security_update_count: self
                .node
                .is_windows()
                .then(|| count(ListedState::AvailableSecurityUpdate)),
            operation_start_time: end - 13.0,
            operation_end_time: end,
            operation: if install { "Install" } else { "Scan" }.to_owned(),
            last_no_reboot_install_operation_time: no_reboot.then_some(end - 600.0),
            reboot_option: Some(
                if no_reboot {
                    "NoReboot"
                } else {
                    "RebootIfNeeded"
                }
                .to_owned(),
            ),
            critical_non_compliant_count: critical,
            security_non_compliant_count: security,
            other_non_compliant_count: other,
        })
    }

    /// Missing, failed, rejected or pending patches: critical ones, security ones (which may be
    /// critical too), others.
    fn classes(&self) -> (i32, i32, i32) {
        let (mut critical, mut security, mut other) = (0, 0, 0);
        let states = [
            ListedState::Missing,
            ListedState::Failed,
            ListedState::InstalledRejected,
            ListedState::InstalledPendingReboot,
        ];
        for seed in self
            .seeds()
            .filter(|seed| states.contains(&seed.state) && seed.verdict.status == NON_COMPLIANT)
        {
            let (is_critical, is_security) = (
                seed.patch_severity == "Critical",
                seed.classification.starts_with("Security"),
            );
            critical += i32::from(is_critical);
            security += i32::from(is_security);
            other += i32::from(!is_critical && !is_security);
        }
        (critical, security, other)
    }

    /// Name of the account's own baseline for this node.
    fn own_baseline(&self) -> Option<&'static str> {
        let os = self.node.platform().os;
        let in_group = self.node.patch_group() == "production";
        OWN_BASELINES
            .iter()
            .find(|(known, _)| in_group && *known == os)
            .map(|(_, name)| *name)
    }

    /// AWS names its own baselines now by ARN, now by the short id.
    pub(super) fn baseline_id(&self) -> String {
        if let Some(name) = self.own_baseline() {
            return own_id(self.names, name);
        }
        let os = self.node.platform().os;
        if self.node.roll("arn", 3) == 0 {
            aws_id(self.names, os)
        } else {
            aws_arn(self.names, os)
        }
    }

    /// Whether the node's Custom items carry a severity of their own.
    pub(super) fn has_unknown_severity(&self) -> bool {
        self.node.quirk == Quirk::UnknownSeverity
    }
}

fn own_id(names: &Names, name: &str) -> String {
    format!("pb-0{:016x}", random::join(names.seed, random::text(name)))
}

/// The same in all accounts of a region.
fn aws_id(names: &Names, os: &str) -> String {
    format!(
        "pb-0{:016x}",
        random::text(&format!("{}/{os}", names.region))
    )
}

fn aws_arn(names: &Names, os: &str) -> String {
    format!(
        "arn:aws:ssm:{}:075727635805:patchbaseline/{}",
        names.region,
        aws_id(names, os)
    )
}

/// Rows of `DescribePatchBaselines`.
pub(super) fn baselines(names: &Names) -> Vec<Baseline> {
    let row = |id, name: &str, os: &str, aws: bool| Baseline {
        baseline_id: id,
        baseline_name: name.to_owned(),
        operating_system: os.to_owned(),
        baseline_description: if aws {
            format!("Default Patch Baseline for {os} Provided by AWS.")
        } else {
            String::new()
        },
        default_baseline: aws,
    };
    let aws = AWS_BASELINES
        .iter()
        .map(|(os, name)| row(aws_arn(names, os), name, os, true));
    aws.chain(
        OWN_BASELINES
            .iter()
            .map(|(os, name)| row(own_id(names, name), name, os, false)),
    )
    .collect()
}

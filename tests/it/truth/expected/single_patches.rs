//! Single patches, which are off by default.

use std::collections::{BTreeMap, BTreeSet};

use ssm_simulator::rows::Item;

use super::{Out, Reading, Resource, text, word};

const STATES: [&str; 5] = [
    "Missing",
    "Failed",
    "InstalledPendingReboot",
    "InstalledRejected",
    "AvailableSecurityUpdate",
];

/// A patch of an instance, in the order in which series are kept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct ShownPatch {
    badness: (usize, String),
    instance_id: String,
    patch_id: String,
    state: String,
    classification: String,
    severity: String,
    title: String,
    cve_ids: String,
}

impl Reading {
    pub(super) fn single_patches(&self, resources: &[Resource<'_>], out: &mut Out<'_>) {
        let Some(most) = self.patch_series.filter(|_| self.reads("Patch")) else {
            return;
        };
        let with_patches = resources.iter().filter(|resource| {
            let summary = resource.summary("Patch");
            resource.instance.is_some() && summary.is_some_and(|row| row.status == "NON_COMPLIANT")
        });
        let (mut shown, mut by_patch, mut by_cve) =
            (BTreeSet::new(), BTreeMap::new(), BTreeMap::new());
        for resource in with_patches {
            if self.shows(resource) {
                shown.extend(
                    self.patch_items(resource)
                        .map(|item| shown_patch(resource, item)),
                );
            }
            let patches: BTreeSet<[String; 4]> = self.patch_items(resource).map(labels).collect();
            count(patches, &mut by_patch);
            let vulnerabilities = self.patch_items(resource).flat_map(cves);
            count(vulnerabilities.map(|id| [id]).collect(), &mut by_cve);
        }
        let keys = [
            "patch_id",
            "patch_state",
            "classification",
            "patch_severity",
        ];
        out.sums("noncompliant_patch_instances", keys, &by_patch);
        out.sums("noncompliant_cve_instances", ["cve_id"], &by_cve);
        let left_out = shown.len().saturating_sub(most);
        out.value(
            "noncompliant_patches_truncated",
            &[],
            u32::try_from(left_out).unwrap(),
        );
        for patch in shown.iter().take(most) {
            info(patch, out);
        }
    }

    fn patch_items<'a>(&'a self, resource: &Resource<'a>) -> impl Iterator<Item = &'a Item> {
        let id = resource.id;
        self.truth.items.iter().filter(move |item| {
            item.resource_id == id
                && item.compliance_type == "Patch"
                && item.status == "NON_COMPLIANT"
        })
    }
}

fn detail<'a>(item: &'a Item, key: &str) -> &'a str {
    item.details
        .get(key)
        .map(String::as_str)
        .unwrap_or_default()
}

fn labels(item: &Item) -> [String; 4] {
    [
        text(&item.id),
        state(detail(item, "PatchState")),
        text(detail(item, "Classification")),
        word(detail(item, "PatchSeverity")),
    ]
}

fn state(sent: &str) -> String {
    let plain = sent.replace('_', "").to_lowercase();
    let known = STATES.iter().find(|name| name.to_lowercase() == plain);
    known.map_or_else(|| word(sent), |name| (*name).to_owned())
}

fn cves(item: &Item) -> Vec<String> {
    let ids = detail(item, "CVEIds").split(',').map(|id| text(id.trim()));
    ids.filter(|id| !id.is_empty()).collect()
}

fn shown_patch(resource: &Resource<'_>, item: &Item) -> ShownPatch {
    let [patch_id, state, classification, severity] = labels(item);
    let mut cve_ids = String::new();
    for id in cves(item) {
        let longer = format!("{cve_ids}{}{id}", if cve_ids.is_empty() { "" } else { "," });
        if longer.len() > 1024 {
            break;
        }
        cve_ids = longer;
    }
    ShownPatch {
        badness: badness(&severity),
        instance_id: text(resource.id),
        patch_id,
        state,
        classification,
        severity,
        title: text(&item.title),
        cve_ids,
    }
}

fn badness(severity: &str) -> (usize, String) {
    match severity.to_lowercase().as_str() {
        "critical" => (0, String::new()),
        "important" | "high" => (1, String::new()),
        "moderate" | "medium" => (2, String::new()),
        "low" => (3, String::new()),
        _ => (4, severity.to_owned()),
    }
}

fn count<const N: usize>(keys: BTreeSet<[String; N]>, sums: &mut BTreeMap<[String; N], i32>) {
    for key in keys {
        *sums.entry(key).or_default() += 1;
    }
}

fn info(patch: &ShownPatch, out: &mut Out<'_>) {
    let labels = [
        ("instance_id", &*patch.instance_id),
        ("patch_id", &*patch.patch_id),
        ("patch_state", &*patch.state),
        ("classification", &*patch.classification),
        ("patch_severity", &*patch.severity),
        ("title", &*patch.title),
        ("cve_ids", &*patch.cve_ids),
    ];
    out.value("instance_noncompliant_patch_info", &labels, 1);
}

//! Which series follow from the rows of an account. This is what `docs/metrics.md` says, computed
//! by other means than the exporter's: slowly, plainly, and from the rows of one moment.

mod compliance;
mod details;
mod single_patches;
mod tags;

use std::collections::{BTreeMap, BTreeSet};

use ssm_simulator::rows::{Instance, PatchState, Summary};
use ssm_simulator::{Simulator, TargetTruth};

use crate::support::{Series, TARGETS};

pub(crate) use tags::AskedTags;

/// The values that are right for a series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Span {
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl Span {
    pub(crate) fn holds(self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }
}

/// The setting `exposition.instances`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ShownInstances {
    All,
    Noncompliant,
    None,
}

/// A target that was read completely and without a fault.
#[derive(Clone)]
pub(crate) struct Reading {
    pub(crate) account_id: String,
    pub(crate) account_name: String,
    pub(crate) region: String,
    pub(crate) truth: TargetTruth,
    /// How the compliance types begin that are read. Empty for all types.
    pub(crate) types: &'static [&'static str],
    pub(crate) show: ShownInstances,
    /// The setting `exposition.include_unlisted`.
    pub(crate) unlisted: bool,
    /// The setting `exposition.max_patch_info_series`, if single patches are asked for.
    pub(crate) patch_series: Option<usize>,
    /// The tags that are asked for.
    pub(crate) tags: AskedTags,
}

/// The series of the three targets of [`Settings`](crate::support::Settings), as of now.
pub(crate) fn fleet(aws: &Simulator, with: impl Fn(Reading) -> Reading) -> BTreeMap<Series, Span> {
    let mut series = BTreeMap::new();
    for (account, region, name) in TARGETS {
        let reading = Reading {
            account_id: account.to_owned(),
            account_name: name.to_owned(),
            region: region.to_owned(),
            truth: truth(aws, account, region),
            types: &[],
            show: ShownInstances::All,
            unlisted: false,
            patch_series: None,
            tags: AskedTags::NONE,
        };
        series.append(&mut with(reading).series());
    }
    series
}

/// The rows from which series follow. There are hundreds of items per resource, so only those of
/// resources are kept that are non-compliant for Association or Patch.
fn truth(aws: &Simulator, account: &str, region: &str) -> TargetTruth {
    let mut truth = aws.outline(account, region);
    let has_items = |row: &&Summary| {
        ["Association", "Patch"].contains(&&*row.compliance_type) && row.status == "NON_COMPLIANT"
    };
    let bad = truth.summaries.iter().filter(has_items);
    let ids: BTreeSet<&str> = bad.map(|row| row.resource_id.as_str()).collect();
    truth.items = ids
        .into_iter()
        .filter_map(|id| aws.resource(account, region, id))
        .flat_map(|rows| rows.items)
        .collect();
    truth
}

/// A word of AWS as a label value. What is no identifier becomes `Unknown`.
pub(super) fn word(value: &str) -> String {
    let identifier = value
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "_-:.".contains(c));
    if identifier && value.len() <= 100 {
        value.to_owned()
    } else {
        "Unknown".to_owned()
    }
}

/// Free text as a label value: without control characters, and cut at the last character that fits
/// into 256 bytes.
pub(super) fn text(value: &str) -> String {
    let mut kept = String::new();
    for c in value.chars().filter(|c| !c.is_control()) {
        if kept.len() + c.len_utf8() > 256 {
            break;
        }
        kept.push(c);
    }
    kept
}

/// What stands behind the last slash of an ARN.
pub(super) fn last_segment(value: &str) -> &str {
    value.rsplit('/').next().unwrap_or_default()
}

pub(super) const SECONDS_OF_2000: f64 = 946_684_800.0;

/// All rows about one resource.
pub(super) struct Resource<'a> {
    pub(super) id: &'a str,
    pub(super) instance: Option<&'a Instance>,
    pub(super) summaries: Vec<&'a Summary>,
    pub(super) patches: Option<&'a PatchState>,
}

impl Resource<'_> {
    pub(super) fn summary(&self, kind: &str) -> Option<&Summary> {
        self.summaries
            .iter()
            .copied()
            .find(|row| row.compliance_type == kind)
    }
}

/// The series of a target as far as they are computed.
pub(super) struct Out<'a> {
    reading: &'a Reading,
    series: BTreeMap<Series, Span>,
}

impl Out<'_> {
    fn span(&mut self, name: &str, labels: &[(&str, &str)], span: Span) {
        let target = [
            ("account_id", self.reading.account_id.as_str()),
            ("region", self.reading.region.as_str()),
        ];
        let series = Series::new(
            &format!("aws_ssm_{name}"),
            target.into_iter().chain(labels.iter().copied()),
        );
        // Counts whose labels become equal must be added. Where that can happen, the caller has
        // done it.
        self.series.entry(series).or_insert(span);
    }

    pub(super) fn value(&mut self, name: &str, labels: &[(&str, &str)], value: impl Into<f64>) {
        let value = value.into();
        self.span(
            name,
            labels,
            Span {
                low: value,
                high: value,
            },
        );
    }

    /// Adds a count. A negative one gives no series.
    pub(super) fn count(&mut self, name: &str, labels: &[(&str, &str)], count: i32) {
        if count >= 0 {
            self.value(name, labels, count);
        }
    }

    /// Adds a time in seconds. One that is absent, zero or before 2000 gives no series. The
    /// exporter may round to milliseconds.
    pub(super) fn time(&mut self, name: &str, labels: &[(&str, &str)], time: Option<f64>) {
        if let Some(time) = time.filter(|time| *time >= SECONDS_OF_2000) {
            self.span(
                name,
                labels,
                Span {
                    low: time - 0.0011,
                    high: time + 0.0011,
                },
            );
        }
    }

    /// Adds counts, each with the values of the labels by which it was counted.
    pub(super) fn sums<const N: usize>(
        &mut self,
        name: &str,
        keys: [&str; N],
        sums: &BTreeMap<[String; N], i32>,
    ) {
        for (values, sum) in sums {
            let labels: Vec<(&str, &str)> = keys
                .into_iter()
                .zip(values.iter().map(String::as_str))
                .collect();
            self.value(name, &labels, *sum);
        }
    }
}

impl Reading {
    pub(super) fn reads(&self, kind: &str) -> bool {
        self.types.is_empty() || self.types.iter().any(|start| kind.starts_with(start))
    }

    pub(crate) fn series(&self) -> BTreeMap<Series, Span> {
        let resources = self.resources();
        let mut out = Out {
            reading: self,
            series: BTreeMap::new(),
        };
        self.target(&mut out);
        for resource in resources.iter().filter(|resource| self.shows(resource)) {
            self.instance(resource, &mut out);
            self.instance_compliance(resource, &mut out);
            self.instance_details(resource, &mut out);
        }
        self.managed(&resources, &mut out);
        self.compliance_counts(&resources, &mut out);
        self.tag_counts(&resources, &mut out);
        self.baselines(&resources, &mut out);
        self.single_patches(&resources, &mut out);
        self.associations(&mut out);
        out.series
    }

    fn resources(&self) -> Vec<Resource<'_>> {
        let truth = &self.truth;
        let summaries = || {
            truth
                .summaries
                .iter()
                .filter(|row| self.reads(&row.compliance_type))
        };
        let listed = truth.instances.iter().map(|row| row.instance_id.as_str());
        let ids: BTreeSet<&str> = listed
            .chain(summaries().map(|row| row.resource_id.as_str()))
            .collect();
        let resource = |id| Resource {
            id,
            instance: truth.instances.iter().find(|row| row.instance_id == id),
            summaries: summaries().filter(|row| row.resource_id == id).collect(),
            // The exporter asks for details of listed instances only.
            patches: truth.patch_states.iter().find(|row| row.instance_id == id),
        };
        ids.into_iter().map(resource).collect()
    }

    /// Whether a resource has series of its own.
    fn shows(&self, resource: &Resource<'_>) -> bool {
        let wanted = match self.show {
            ShownInstances::All => true,
            ShownInstances::None => false,
            ShownInstances::Noncompliant => {
                resource
                    .summaries
                    .iter()
                    .any(|row| row.status == "NON_COMPLIANT")
                    || self.unreported(resource, "Patch")
                    || self.unreported(resource, "Association")
            }
        };
        wanted && (resource.instance.is_some() || self.unlisted)
    }

    fn target(&self, out: &mut Out<'_>) {
        out.value("up", &[], 1);
        out.value(
            "target_info",
            &[("account_name", &text(&self.account_name))],
            1,
        );
        let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs_f64();
        let of_patch = ["patches", "baselines"]
            .into_iter()
            .filter(|_| self.reads("Patch"));
        let of_association = ["associations", "items"]
            .into_iter()
            .filter(|_| self.reads("Association"));
        let of_single_patches = self.patch_series.filter(|_| self.reads("Patch"));
        let if_asked_for = of_single_patches.map(|_| "patch_details");
        let always = ["instances", "compliance", "compliance_totals"];
        let of_tags = Some("tags").filter(|_| !self.tags.labels.is_empty());
        let on = always.into_iter().chain(of_patch).chain(of_association);
        let on = on.chain(of_tags);
        for collector in on.chain(if_asked_for) {
            let labels = [("collector", collector)];
            out.value("collector_success", &labels, 1);
            out.value("collector_skipped_resources", &labels, 0);
            out.span(
                "collector_duration_seconds",
                &labels,
                Span {
                    low: 0.0,
                    high: 60.0,
                },
            );
            let lately = Span {
                low: now - 120.0,
                high: now + 120.0,
            };
            out.span("collector_last_success_timestamp_seconds", &labels, lately);
        }
    }

    fn instance(&self, resource: &Resource<'_>, out: &mut Out<'_>) {
        let Some(row) = resource.instance else { return };
        let id = ("instance_id", &*text(resource.id));
        let labels = [
            id,
            ("name", &*self.name(resource.id, row.name.as_deref())),
            ("computer_name", &*text(&row.computer_name)),
            ("ip_address", &*text(&row.ip_address)),
            ("resource_type", &*word(&row.resource_type)),
            ("platform_type", &*word(&row.platform_type)),
            ("platform_name", &*text(&row.platform_name)),
            ("platform_version", &*text(&row.platform_version)),
            ("agent_version", &*text(&row.agent_version)),
        ];
        let tags = self.tag_labels(resource.id);
        let tags = tags
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let labels: Vec<(&str, &str)> = labels.into_iter().chain(tags).collect();
        out.value("instance_info", &labels, 1);
        out.value("instance_online", &[id], row.ping_status == "Online");
        out.time(
            "instance_last_ping_timestamp_seconds",
            &[id],
            Some(row.last_ping_date_time),
        );
        if let Some(latest) = row.is_latest_version {
            out.value("instance_agent_latest", &[id], latest);
        }
        let last = row.last_association_execution_date;
        out.time(
            "instance_last_association_execution_timestamp_seconds",
            &[id],
            last,
        );
        let last = row.last_successful_association_execution_date;
        out.time(
            "instance_last_association_success_timestamp_seconds",
            &[id],
            last,
        );
        let mut sums = BTreeMap::new();
        let overview = row.association_overview.iter();
        for (status, count) in
            overview.flat_map(|all| &all.instance_association_status_aggregated_count)
        {
            if *count > 0 {
                *sums.entry([text(resource.id), word(status)]).or_default() += count;
            }
        }
        out.sums("instance_associations", ["instance_id", "status"], &sums);
    }

    fn managed(&self, resources: &[Resource<'_>], out: &mut Out<'_>) {
        let mut sums = BTreeMap::new();
        for row in &self.truth.instances {
            let labels =
                [&row.platform_type, &row.resource_type, &row.ping_status].map(|value| word(value));
            *sums.entry(labels).or_default() += 1;
        }
        out.sums(
            "managed_instances",
            ["platform_type", "resource_type", "ping_status"],
            &sums,
        );
        let unlisted = resources
            .iter()
            .filter(|resource| resource.instance.is_none())
            .count();
        out.value("unlisted_resources", &[], u32::try_from(unlisted).unwrap());
    }
}

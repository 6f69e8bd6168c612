//! What a metric family is: a value that describes it in full, with a pure function from state to
//! samples.

use super::counts::Counts;
use super::deflate::Deflater;
use super::emit::Samples;
use super::target_view::{Policy, TagLabel, TargetView};
use crate::model::Instance;

/// One metric family of the fleet.
#[derive(Clone, Copy, Debug)]
pub struct Family {
    /// The full name, `_info` included.
    pub name: &'static str,
    /// Gauge or info.
    pub kind: Kind,
    /// How the family may change in the next releases.
    pub stability: Stability,
    /// One line that names the API field behind the family. It leaves out [`Family::AS_OF`], the
    /// sentence with which every help text ends.
    pub help: &'static str,
    /// The labels beyond `account_id`, `region` and, for a family of instances, `instance_id`.
    pub labels: Labels,
    /// The function that writes the samples.
    pub samples: SampleSource,
}

/// The type of a family.
// There are no counters. A counter may only increase ("Metric types" in Prometheus' documentation),
// and all that AWS reports of a fleet is a state, which can go back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A number that goes up and down.
    Gauge,
    /// Labels with the value 1. `OpenMetrics` has a type for it; the text format calls it a gauge.
    Info,
}

/// How a family may change in the next releases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stability {
    /// It may change with any minor release.
    Experimental,
    /// It changes only in that it gets new labels.
    Stable,
}

/// The labels that a family has for itself, beside those of the target and the instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Labels {
    /// The labels are the same in every configuration.
    Fixed(&'static [&'static str]),
    /// After these labels there is one for each tag that the configuration asks for.
    FixedAndTags(&'static [&'static str]),
}

/// What a family has samples for, and the function that writes them.
#[derive(Clone, Copy, Debug)]
pub enum SampleSource {
    /// The target as a whole.
    Target(fn(&TargetView<'_>, &Counts<'_>, &mut Samples<'_>)),
    /// Each instance that is shown.
    Instance(fn(&TargetView<'_>, &Instance, &mut Samples<'_>)),
    /// Instances that are shown, up to a limit for the target. What fits under it is known only
    /// once all instances were counted, so the function starts each instance itself.
    LimitedInstance(fn(&TargetView<'_>, &Counts<'_>, &mut Samples<'_>)),
}

/// How the exposition is written: both formats have the same samples under different headers.
// Every label and value of the fleet is written alike in both, which is why a sample is rendered
// and compressed once, and only the headers twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `OpenMetrics` 1.0 text.
    OpenMetrics,
    /// Prometheus text 0.0.4.
    Text,
}

// === impl Format ===

impl Format {
    /// The line that ends a page.
    pub const fn end(self) -> &'static str {
        match self {
            // OpenMetrics 1.0 demands it, and Prometheus rejects a page without it, so a page that
            // was cut off on the way cannot be taken for a whole one.
            Self::OpenMetrics => "# EOF\n",
            Self::Text => "",
        }
    }
}

// === impl Labels ===

impl Labels {
    /// The labels that are the same in every configuration.
    pub const fn fixed(self) -> &'static [&'static str] {
        match self {
            Self::Fixed(names) | Self::FixedAndTags(names) => names,
        }
    }

    /// All labels, in the order in which a sample has them.
    pub fn names(self, policy: &Policy) -> impl Iterator<Item = &str> {
        let tags = self.tags(policy).iter().map(|label| label.name.as_str());
        self.fixed().iter().copied().chain(tags)
    }

    fn tags(self, policy: &Policy) -> &[TagLabel] {
        match self {
            Self::Fixed(_) => &[],
            Self::FixedAndTags(_) => &policy.tag_labels,
        }
    }
}

// === impl Family ===

impl Family {
    /// The end of every help text.
    // Prometheus' guide "Writing exporters" asks that HELP says so where metrics are cached: the
    // page shows the state of the last refresh and not of the scrape.
    pub const AS_OF: &'static str = "As of the last refresh.";

    /// The labels that identify the target and, in a family of instances, the instance.
    pub fn identity_labels(&self) -> &'static [&'static str] {
        match self.samples {
            SampleSource::Target(_) => &["account_id", "region"],
            SampleSource::Instance(_) | SampleSource::LimitedInstance(_) => {
                &["account_id", "region", "instance_id"]
            }
        }
    }

    /// The lines above the samples.
    pub fn header(&self, format: Format) -> String {
        let name = self.header_name(format);
        let kind = self.header_kind(format);
        let help = self.whole_help();
        format!("# HELP {name} {help}\n# TYPE {name} {kind}\n")
    }

    fn whole_help(&self) -> String {
        format!("{} {}", self.help, Self::AS_OF)
    }

    fn header_name(&self, format: Format) -> &'static str {
        match (format, self.kind) {
            // In OpenMetrics 1.0 the suffix belongs to the sample and not to the family's name.
            (Format::OpenMetrics, Kind::Info) => self.name.trim_end_matches("_info"),
            (Format::OpenMetrics, Kind::Gauge) | (Format::Text, _) => self.name,
        }
    }

    fn header_kind(&self, format: Format) -> &'static str {
        match (format, self.kind) {
            (Format::OpenMetrics, Kind::Info) => "info",
            // Prometheus fails the whole scrape of a text page that has a type "info".
            (Format::OpenMetrics, Kind::Gauge) | (Format::Text, _) => "gauge",
        }
    }

    /// Prepares to write the family's samples for one target.
    pub(super) fn start_samples<'a>(
        &self,
        view: &TargetView<'_>,
        deflater: &'a mut Deflater,
    ) -> Samples<'a> {
        let labels = self.labels.names(view.policy);
        let samples = Samples::new(self.name, view.identity, labels, deflater);
        match self.samples {
            SampleSource::Target(_) => samples,
            SampleSource::Instance(_) | SampleSource::LimitedInstance(_) => samples.of_instances(),
        }
    }
}
